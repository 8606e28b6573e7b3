import { describe, expect, it } from "vitest";
import { functionNames, functionNeeds, type QueueName } from "../../lib/functions.ts";
import {
  at,
  functionName,
  type Resource,
  referenced,
  render,
  type Synthesized,
  synthesize,
  variants,
} from "./synthesize.ts";

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

function list<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : [value as T];
}

/** Returns the statements of every policy of a role. */
function statementsOf(stack: Synthesized, roleId: string): readonly Statement[] {
  return (
    stack
      .of("AWS::IAM::Policy")
      .filter(({ properties }) => JSON.stringify(properties.Roles).includes(`"${roleId}"`))
      // The elements of a policy:
      // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
      .flatMap(({ properties }) => at(properties.PolicyDocument, "Statement") as readonly Statement[])
  );
}

function functionsOf(stack: Synthesized) {
  return stack.of("AWS::Lambda::Function").map((resource) => ({
    name: functionName(resource),
    resource,
    statements: statementsOf(stack, referenced(resource.properties.Role)),
  }));
}

function variable(resource: Resource, name: string): unknown {
  return at(resource.properties.Environment, "Variables", name);
}

/**
 * Returns the grants that Lambda's poller needs in the function's name, and those that let the
 * function postpone a failed message.
 */
function pollingGrants(mapping: Resource["properties"]): string[] {
  const source = referenced(mapping.EventSourceArn);
  if (mapping.StartingPosition === undefined)
    return ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"].map(
      (action) => `sqs:${action} ${source}`,
    );
  return [
    ...["DescribeStream", "GetRecords", "GetShardIterator"].map((action) => `dynamodb:${action} ${source}`),
    "dynamodb:ListStreams *",
    `sqs:SendMessage ${referenced(at(mapping.DestinationConfig, "OnFailure", "Destination"))}`,
  ];
}

for (const [variant, context] of variants) {
  describe(`functions (${variant})`, () => {
    const stack = synthesize(context);
    const functions = functionsOf(stack);
    const idOf = (name: QueueName, isFeeding: boolean): string => {
      const [queue] = stack
        .of("AWS::SQS::Queue")
        .filter(({ properties }) => (properties.RedrivePolicy !== undefined) === isFeeding)
        .filter(({ id }) => id.toLowerCase().startsWith(`${name}queue`));
      return queue?.id ?? `no queue ${name}`;
    };
    const queueId = (name: QueueName): string => idOf(name, true);
    const deadLettersId = (name: QueueName): string => idOf(name, false);

    it("are the functions in the table of needs", () => {
      expect(functions.map(({ name }) => name).sort()).toEqual([...functionNames].sort());
    });

    it("run on Node 24 and arm64, each up to the timeout in its needs", () => {
      for (const { name, resource } of functions) {
        expect(resource.properties).toMatchObject({
          Runtime: "nodejs24.x",
          Architectures: ["arm64"],
          Handler: `${name}.handler`,
          Timeout: functionNeeds[name].timeoutSeconds,
        });
        // The gateway waits 29 seconds for an answer over a WebSocket, and 30 over HTTP. No client
        // waits for the others.
        if (functionNeeds[name].takesFrom === undefined)
          expect(functionNeeds[name].timeoutSeconds).toBeLessThanOrEqual(29);
      }
    });

    it("have the variables that they need in their environment", () => {
      for (const { name, resource } of functions) {
        const needs = functionNeeds[name];
        for (const always of ["STAGE", "TABLE_NAME", "ISSUER", "CLIENT_ID"]) {
          expect(variable(resource, always), `${always} of ${name}`).toBeTruthy();
        }
        expect(variable(resource, "RATE_LIMIT_PER_SECOND")).toBe("10");
        expect(variable(resource, "RATE_LIMIT_BURST")).toBe("30");
        expect(variable(resource, "HAS_EXTERNAL_ISSUER")).toBe(String(variant === "external issuer"));
        expect(variable(resource, "NODE_OPTIONS")).toBe("--enable-source-maps");
        const endpoint = variable(resource, "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI");
        expect(endpoint !== undefined, `endpoint of ${name}`).toBe(needs.connectionMethods !== undefined);
        expect(variable(resource, "ADMIN_GROUP"), `group of ${name}`).toBe(
          needs.knowsAdministrators ? "admins" : undefined,
        );
        expect(variable(resource, "GROUPS_CLAIM"), `claim of ${name}`).toBe(
          !needs.knowsAdministrators
            ? undefined
            : variant === "external issuer"
              ? "groups"
              : "cognito:groups",
        );
        const ownsAccounts = needs.managesAccounts === true && variant !== "external issuer";
        expect(variable(resource, "USER_POOL_ID") !== undefined, `pool of ${name}`).toBe(ownsAccounts);
      }
    });

    it("know the push settings that they need: the contact, the allowed services, and the topic if there is one", () => {
      const httpApi = stack
        .of("AWS::ApiGatewayV2::Api")
        .find(({ properties }) => properties.ProtocolType === "HTTP");
      for (const { name, resource } of functions) {
        const { knowsPushServices, sendsTo = [], takesFrom } = functionNeeds[name];
        const decides = sendsTo.includes("push") || takesFrom === "push";
        expect(variable(resource, "PUSH_TO_LOOPBACK"), name).toBe(knowsPushServices ? "false" : undefined);
        expect(variable(resource, "NOTIFICATION_TOPIC_ARN") !== undefined, name).toBe(
          decides && variant === "notification topic",
        );
        const subject = variable(resource, "VAPID_SUBJECT");
        if (name === "push") expect(render(subject)).toBe(httpApi?.id);
        else expect(subject, name).toBeUndefined();
      }
    });

    it("log as JSON, each to a group of its own with an expiry", () => {
      const groups = functions.map(({ resource }) => {
        expect(resource.properties.LoggingConfig).toMatchObject({ LogFormat: "JSON" });
        return referenced(at(resource.properties.LoggingConfig, "LogGroup"));
      });
      expect(new Set(groups).size).toBe(functions.length);
    });

    it("each have a role of their own, without managed policies, for Lambda alone", () => {
      const roles = stack.of("AWS::IAM::Role");
      expect(new Set(functions.map(({ resource }) => referenced(resource.properties.Role))).size).toBe(
        roles.length,
      );
      for (const { properties } of roles) {
        expect(properties.ManagedPolicyArns).toBeUndefined();
        expect(JSON.stringify(properties.AssumeRolePolicyDocument)).toContain(
          '{"Service":"lambda.amazonaws.com"}',
        );
      }
    });

    it("are granted exactly the table actions, connections, queues, objects, source and log group in the table of needs", () => {
      const table = stack.one("AWS::DynamoDB::Table").id;
      const api = stack
        .of("AWS::ApiGatewayV2::Api")
        .find(({ properties }) => properties.ProtocolType === "WEBSOCKET");
      const live = `arn:AWS::Partition:execute-api:AWS::Region:AWS::AccountId:${api?.id}/live`;
      for (const { name, resource, statements } of functions) {
        const needs = functionNeeds[name];
        const logGroup = referenced(at(resource.properties.LoggingConfig, "LogGroup"));
        const sources = stack
          .of("AWS::Lambda::EventSourceMapping")
          .filter(({ properties }) => referenced(properties.FunctionName) === resource.id);
        const confirms = needs.managesAccounts && context.stage !== "prod" && variant !== "external issuer";
        const expected = [
          `logs:CreateLogStream ${logGroup}`,
          `logs:PutLogEvents ${logGroup}`,
          ...needs.tableActions.map((action) => `dynamodb:${action} ${table}`),
          ...(needs.queriesIndex ? [`dynamodb:Query ${table}/index/gsi1`] : []),
          ...(needs.connectionMethods ?? []).map(
            (method) => `execute-api:ManageConnections ${live}/${method}/@connections/*`,
          ),
          ...(needs.sendsTo ?? []).map((queue) => `sqs:SendMessage ${queueId(queue)}`),
          ...(needs.givesUpPages ? [`sqs:SendMessage ${deadLettersId("delivery")}`] : []),
          ...sources.flatMap(({ properties }) => pollingGrants(properties)),
          ...Object.entries(needs.objectActions ?? {}).flatMap(([place, actions]) =>
            actions.map((action) => `s3:${action} ${stack.one("AWS::S3::Bucket").id}/${place}/*`),
          ),
          ...(needs.publishes && variant === "notification topic"
            ? [`sns:Publish ${stack.one("AWS::SNS::Topic").id}`]
            : []),
          ...(needs.listsObjects ? [`s3:ListBucket ${stack.one("AWS::S3::Bucket").id}`] : []),
          ...(confirms ? ["AdminConfirmSignUp", "AdminUpdateUserAttributes"] : []).map(
            (action) => `cognito-idp:${action} ${stack.one("AWS::Cognito::UserPool").id}`,
          ),
        ];
        const granted = statements.flatMap(({ Action, Resource }) =>
          list(Action).flatMap((action) => list(Resource).map((on) => `${action} ${render(on)}`)),
        );
        expect(granted.sort(), name).toEqual(expected.sort());
      }
    });

    it("scan nothing, except the one that rebuilds", () => {
      const scanning = functions.filter(({ statements }) =>
        statements.some(({ Action }) => list(Action).includes("dynamodb:Scan")),
      );
      expect(scanning.map(({ name }) => name)).toEqual(["tasks"]);
    });

    it("are granted nothing by wildcard, but ListStreams, connections, whose ids API Gateway makes up, and objects", () => {
      for (const { Effect, Action, Resource } of functions.flatMap(({ statements }) => statements)) {
        expect(Effect).toBe("Allow");
        for (const action of list(Action)) expect(action).not.toContain("*");
        // ListStreams takes no resource.
        if (Action === "dynamodb:ListStreams") continue;
        for (const on of list(Resource)) {
          const named = /\/(?:live\/(?:GET|POST|DELETE)\/@connections|pending|files|avatars)\/\*$/;
          expect(render(on).replace(named, "")).not.toContain("*");
        }
      }
    });
  });
}
