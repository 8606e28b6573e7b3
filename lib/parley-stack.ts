import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Code } from "aws-cdk-lib/aws-lambda";
import { Annotations, CfnOutput, Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { areaBases } from "../contract/areas.ts";
import { operations } from "../contract/operations.ts";
import { Accounts } from "./constructs/accounts.ts";
import { AttachmentsBucket } from "./constructs/attachments-bucket.ts";
import { ChatHttpApi } from "./constructs/chat-http-api.ts";
import { ChatTable } from "./constructs/chat-table.ts";
import { ChatWebSocketApi } from "./constructs/chat-web-socket-api.ts";
import { addEventSource } from "./constructs/event-source.ts";
import { MalwareProtection } from "./constructs/malware-protection.ts";
import { NotificationTopic } from "./constructs/notification-topic.ts";
import { grantOpenSearch } from "./constructs/open-search.ts";
import { ParleyFunction } from "./constructs/parley-function.ts";
import { RetriedQueue } from "./constructs/retried-queue.ts";
import {
  type FunctionName,
  type FunctionNeeds,
  functionNeeds,
  perFunction,
  type QueueName,
} from "./functions.ts";
import type { ParleyProps } from "./props.ts";
import { httpRoutes } from "./routes.ts";
import { stagePolicies } from "./stage.ts";

export interface ParleyStackProps extends ParleyProps {
  /** The bundle of each function. */
  readonly code: Readonly<Record<FunctionName, Code>>;
}

/** The environment variable with the address of each queue that a function sends to. */
const queueVariables: Record<QueueName, string> = {
  delivery: "DELIVERY_QUEUE_URL",
  tasks: "TASKS_QUEUE_URL",
  push: "PUSH_QUEUE_URL",
};

/** Returns the queues that a function calls: to send to them, and to postpone what it received. */
function queuesOf({ sendsTo = [], takesFrom }: FunctionNeeds): QueueName[] {
  return [...sendsTo, ...(takesFrom === undefined || takesFrom === "stream" ? [] : [takesFrom])];
}

/** All of Parley. It names no account and no region, so one template is deployed anywhere. */
export class ParleyStack extends Stack {
  constructor(scope: Construct, id: string, props: ParleyStackProps) {
    const policy = stagePolicies[props.stage];
    super(scope, id, {
      stackName: props.stackName,
      description: `Parley, a chat backend (${props.stage})`,
      terminationProtection: policy.deletionProtection,
    });
    const logs = { logRetention: props.logRetentionDays, policy };

    const { table } = new ChatTable(this, "Table", { policy });
    const attachments = new AttachmentsBucket(this, "Attachments", {
      policy,
      corsOrigins: props.corsOrigins,
    });
    if (props.malwareProtection) {
      new MalwareProtection(this, "MalwareProtection", { bucket: attachments.bucket });
    }
    const { issuer, audience, groupsClaim, accounts } = identityOf(this, props);
    const webSocketApi = new ChatWebSocketApi(this, "WebSocketApi", {
      throttle: { rateLimit: props.webSocketThrottleRate, burstLimit: props.webSocketThrottleBurst },
      accessLogs: props.webSocketAccessLogs,
      ...logs,
    });

    const queues: Record<QueueName, RetriedQueue> = {
      delivery: new RetriedQueue(this, "DeliveryQueue", {
        policy,
        fifo: true,
        consumerTimeoutSeconds: functionNeeds.fanOut.timeoutSeconds,
        // A page that waits for earlier pages is received again each time: the worker counts its
        // attempts itself. This limit is for a page that ends the worker. It leaves room for a page
        // that waits behind nine others of 4,000 connections, with posts of 1 s.
        attempts: 100,
      }),
      tasks: new RetriedQueue(this, "TasksQueue", {
        policy,
        fifo: false,
        consumerTimeoutSeconds: functionNeeds.tasks.timeoutSeconds,
        attempts: 5,
      }),
      push: new RetriedQueue(this, "PushQueue", {
        policy,
        fifo: false,
        consumerTimeoutSeconds: functionNeeds.push.timeoutSeconds,
        attempts: 5,
      }),
    };
    const notifications = props.notificationTopic
      ? new NotificationTopic(this, "NotificationTopic")
      : undefined;

    const environment = {
      STAGE: props.stage,
      TABLE_NAME: table.tableName,
      ISSUER: issuer,
      CLIENT_ID: audience,
      HAS_EXTERNAL_ISSUER: String(accounts === undefined),
      RATE_LIMIT_PER_SECOND: String(props.rateLimitPerSecond),
      RATE_LIMIT_BURST: String(props.rateLimitBurst),
    };
    const functions = perFunction((name) => {
      const needs = functionNeeds[name];
      const added = new ParleyFunction(this, name, {
        code: props.code[name],
        needs,
        table,
        environment: {
          ...environment,
          // The SDK reads its endpoint from this variable by itself.
          // https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
          ...(needs.connectionMethods
            ? { AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI: webSocketApi.callbackUrl }
            : {}),
          ...(needs.limitsUploads ? uploadLimits(props) : {}),
          ...(needs.notifies ? { NOTIFICATION_DAYS: String(props.notificationDays) } : {}),
          ...(needs.knowsAdministrators ? { ADMIN_GROUP: props.adminGroup, GROUPS_CLAIM: groupsClaim } : {}),
          ...(needs.knowsPushServices ? { PUSH_TO_LOOPBACK: String(props.pushToLoopback) } : {}),
          // Functions that decide about pushes need to know whether there is a topic. A grant says
          // which function may publish to it.
          ...(notifications && queuesOf(needs).includes("push")
            ? { NOTIFICATION_TOPIC_ARN: notifications.topic.topicArn }
            : {}),
          ...(needs.givesUpPages ? { DELIVERY_DEAD_LETTERS_URL: queues.delivery.deadLetters.queueUrl } : {}),
          ...(needs.searchMethods && props.openSearch
            ? { OPENSEARCH_ENDPOINT: props.openSearch.endpoint }
            : {}),
          ...(needs.managesAccounts && accounts ? { USER_POOL_ID: accounts.pool.userPoolId } : {}),
          ...Object.fromEntries(
            queuesOf(needs).map((queue) => [queueVariables[queue], queues[queue].queue.queueUrl]),
          ),
        },
        ...logs,
      });
      webSocketApi.grantConnections(added, needs);
      attachments.grantObjects(added, needs);
      notifications?.grantPublishing(added, needs);
      if (props.openSearch) grantOpenSearch(added, needs, props.openSearch);
      for (const queue of needs.sendsTo ?? [])
        added.grant(
          new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [queues[queue].queue.queueArn] }),
        );
      if (needs.givesUpPages)
        added.grant(
          new PolicyStatement({
            actions: ["sqs:SendMessage"],
            resources: [queues.delivery.deadLetters.queueArn],
          }),
        );
      addEventSource(added, needs.takesFrom, { table, queues });
      if (needs.managesAccounts && accounts && !policy.confirmsEmail) added.grant(accounts.confirmAtOnce());
      return added.function;
    });

    const httpApi = new ChatHttpApi(this, "HttpApi", {
      routes: httpRoutes({
        operations: Object.values(operations),
        areaBases,
        hasUserPool: accounts !== undefined,
      }),
      functions,
      issuer,
      audience,
      corsOrigins: props.corsOrigins,
      throttle: { rateLimit: props.httpThrottleRate, burstLimit: props.httpThrottleBurst },
      ...logs,
    });
    webSocketApi.addRoutes(functions);
    // Without a named contact, the push service gets the URL of this server. That is true, though
    // it is no person's address.
    functions.push.addEnvironment("VAPID_SUBJECT", props.vapidSubject ?? httpApi.url);

    new CfnOutput(this, "HttpUrl", { value: httpApi.url });
    new CfnOutput(this, "WebSocketUrl", { value: webSocketApi.url });
    new CfnOutput(this, "TableName", { value: table.tableName });
    new CfnOutput(this, "AttachmentsBucketName", { value: attachments.bucket.bucketName });
    new CfnOutput(this, "DeliveryQueueUrl", { value: queues.delivery.queue.queueUrl });
    new CfnOutput(this, "DeliveryDeadLettersUrl", { value: queues.delivery.deadLetters.queueUrl });
    new CfnOutput(this, "TasksQueueUrl", { value: queues.tasks.queue.queueUrl });
    new CfnOutput(this, "TasksDeadLettersUrl", { value: queues.tasks.deadLetters.queueUrl });
    new CfnOutput(this, "PushQueueUrl", { value: queues.push.queue.queueUrl });
    new CfnOutput(this, "PushDeadLettersUrl", { value: queues.push.deadLetters.queueUrl });
    if (notifications) {
      new CfnOutput(this, "NotificationTopicArn", { value: notifications.topic.topicArn });
    }
    new CfnOutput(this, "RebuildFunctionName", { value: functions.rebuild.functionName });
    if (accounts) {
      new CfnOutput(this, "UserPoolId", { value: accounts.pool.userPoolId });
      new CfnOutput(this, "UserPoolClientId", { value: accounts.client.userPoolClientId });
    }
    if (props.corsOrigins.length === 0) {
      Annotations.of(this).addWarningV2(
        "parley:noCorsOrigins",
        "No web page may call this stack. Name the origins of your front ends: -c corsOrigins=https://chat.example.com",
      );
    }
  }
}

function uploadLimits(props: ParleyProps): Record<string, string> {
  return {
    MAX_IMAGE_MB: String(props.maxImageMb),
    MAX_AUDIO_MB: String(props.maxAudioMb),
    MAX_FILE_MB: String(props.maxFileMb),
    MAX_VIDEO_MB: String(props.maxVideoMb),
  };
}

/** The issuer and audience of the tokens that the APIs accept. */
interface Identity {
  readonly issuer: string;
  readonly audience: string;
  /** The claim that names a user's groups. */
  readonly groupsClaim: string;
  /** The stack's own accounts, unless the issuer is an external one. */
  readonly accounts?: Accounts;
}

function identityOf(scope: Construct, props: ParleyProps): Identity {
  const { adminGroup, externalIssuer, stage } = props;
  if (externalIssuer) {
    const { issuerUrl: issuer, audience, groupsClaim } = externalIssuer;
    return { issuer, audience, groupsClaim };
  }
  const accounts = new Accounts(scope, "Accounts", { policy: stagePolicies[stage], adminGroup });
  return {
    issuer: accounts.pool.userPoolProviderUrl,
    audience: accounts.client.userPoolClientId,
    // Access tokens and id tokens both carry this claim.
    // https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
    groupsClaim: "cognito:groups",
    accounts,
  };
}
