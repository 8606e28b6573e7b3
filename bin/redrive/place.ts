/** Where dead letters are: a deployed stack, or the local runner. Both are asked in the same way. */
import { readFileSync } from "node:fs";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { QueueName } from "../../lib/functions.ts";

/** What is wrong with a command or with where it is to work; its message says what to do. */
export class RedriveError extends Error {}

export interface RetriedQueue {
  readonly url: string;
  readonly deadLettersUrl: string;
}

export interface Place {
  /** As it is shown to who calls. */
  readonly name: string;
  readonly sqs: SQSClient;
  readonly streams: DynamoDBStreamsClient;
  readonly queues: Readonly<Record<QueueName, RetriedQueue>>;
}

const queuesOf = (outputs: ReadonlyMap<string, string>, name: string): Place["queues"] => {
  const output = (key: string): string => {
    const value = outputs.get(key);
    if (value === undefined)
      throw new RedriveError(
        `${name} has no output ${key}: is it a Parley of this version? Deploy it again.`,
      );
    return value;
  };
  return {
    delivery: { url: output("DeliveryQueueUrl"), deadLettersUrl: output("DeliveryDeadLettersUrl") },
    work: { url: output("WorkQueueUrl"), deadLettersUrl: output("WorkDeadLettersUrl") },
    push: { url: output("PushQueueUrl"), deadLettersUrl: output("PushDeadLettersUrl") },
  };
};

/** What the SDK says when it has no credentials, or no region, in words that help. */
const explained = (error: unknown, stack: string): unknown => {
  if (!(error instanceof Error)) return error;
  if (error.name === "CredentialsProviderError")
    return new RedriveError(
      "There are no AWS credentials: set AWS_PROFILE, or log in as for `npx cdk deploy`. For the local runner leave out --stack.",
    );
  if (error.message.includes("Region is missing"))
    return new RedriveError(
      "There is no AWS region: set AWS_REGION to the one that the stack is deployed in.",
    );
  if (error.message.includes("does not exist"))
    return new RedriveError(
      `There is no stack ${stack} in this account and region. In the stage prod it is called Parley-prod; AWS_REGION and AWS_PROFILE say where to look.`,
    );
  return error;
};

/** A deployed stack, found with the credentials and the region that the SDK finds in its environment. */
export const openStack = async (stack: string): Promise<Place> => {
  try {
    const { Stacks } = await new CloudFormationClient({}).send(
      new DescribeStacksCommand({ StackName: stack }),
    );
    const outputs = new Map(
      (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
    );
    const name = `the stack ${stack}`;
    return {
      name,
      sqs: new SQSClient({}),
      streams: new DynamoDBStreamsClient({}),
      queues: queuesOf(outputs, name),
    };
  } catch (error) {
    throw explained(error, stack);
  }
};

/** The part of the runner's ready file that tells an operator how to reach its AWS services. */
interface Ready {
  readonly awsUrl: string;
  readonly operator: {
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  readonly outputs: Readonly<Record<string, string>>;
}

const readReady = (file: string): Ready => {
  try {
    // Safe: the runner alone writes it, whole or not at all.
    return JSON.parse(readFileSync(file, "utf8")) as Ready;
  } catch {
    throw new RedriveError(
      `No local runner has written ${file}: start it with \`npm start\`, or name its folder with --data, or a deployed stack with --stack Parley.`,
    );
  }
};

/** The local runner that wrote this ready file. */
export const openRunner = async (readyFile: string): Promise<Place> => {
  const { awsUrl, operator, outputs } = readReady(readyFile);
  // Any answer will do: it runs. A runner that was killed leaves its file behind.
  await fetch(awsUrl).catch(() => {
    throw new RedriveError(`The local runner that wrote ${readyFile} does not run any more: start it again.`);
  });
  const { region, ...credentials } = operator;
  const client = { endpoint: awsUrl, region, credentials };
  const name = `the local runner at ${awsUrl}`;
  return {
    name,
    sqs: new SQSClient(client),
    streams: new DynamoDBStreamsClient(client),
    queues: queuesOf(new Map(Object.entries(outputs)), name),
  };
};
