import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { keys, objectKeys } from "./internals.ts";
import { target } from "./target.ts";

/** What an operator's tools are set up with: they see what is behind the APIs, and no fault strikes them. */
export function clientOptions() {
  const { awsUrl, operator } = target();
  const { region, ...credentials } = operator;
  return { endpoint: awsUrl, region, credentials };
}

/** Makes one client for each runner: a new client opens new connections. */
function onePerRunner<Client>(make: () => Client): () => Client {
  const clients = new Map<string, Client>();
  return () => {
    const { awsUrl } = target();
    const client = clients.get(awsUrl) ?? make();
    clients.set(awsUrl, client);
    return client;
  };
}

export const operatorTable = onePerRunner(() =>
  DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions())),
);
export const operatorCognito = onePerRunner(() => new CognitoIdentityProviderClient(clientOptions()));
export const operatorSqs = onePerRunner(() => new SQSClient(clientOptions()));
const operatorS3 = onePerRunner(() => new S3Client(clientOptions()));

export type StoredItem = Readonly<Record<string, unknown>> & { readonly sk: string };

/** Everything that the table holds with this partition key, by sort key. */
export async function itemsAt(pk: string): Promise<StoredItem[]> {
  const client = operatorTable();
  const items: StoredItem[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: target().tableName,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": pk },
        ConsistentRead: true,
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    // Safe: every item of the table has a sort key.
    items.push(...((page.Items ?? []) as StoredItem[]));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

/** Everything that the table holds of a room, but what its messages are found by. */
export function itemsOfRoom(roomId: string): Promise<StoredItem[]> {
  return itemsAt(keys.head(roomId).pk);
}

/** The sort keys of everything that the table holds of a room, those that begin with `prefix`. */
export async function keysOfRoom(roomId: string, prefix = ""): Promise<string[]> {
  return (await itemsOfRoom(roomId)).map((item) => item.sk).filter((sk) => sk.startsWith(prefix));
}

/** What the table's stream tells of a message that was sent. */
export async function messageRecord(roomId: string, seq: number): Promise<object> {
  const key = keys.message(roomId, seq);
  const item = (await itemsOfRoom(roomId)).find(({ sk }) => sk === key.sk);
  return { dynamodb: { Keys: marshall(key), NewImage: marshall(item), SequenceNumber: "1" } };
}

function fileAt(fileId: string) {
  return { TableName: target().tableName, Key: keys.file(fileId) };
}

/** What the table holds of a file; undefined for nothing. */
export async function itemOfFile(fileId: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  return (await operatorTable().send(new GetCommand({ ...fileAt(fileId), ConsistentRead: true }))).Item;
}

export async function deleteItemOfFile(fileId: string): Promise<void> {
  await operatorTable().send(new DeleteCommand(fileAt(fileId)));
}

/** As DynamoDB does a day after a picture began to be uploaded. */
export async function deleteItemOfAvatar(avatarId: string): Promise<void> {
  await operatorTable().send(
    new DeleteCommand({ TableName: target().tableName, Key: keys.avatar(avatarId) }),
  );
}

function bucketName(): string {
  const name = target().outputs.AttachmentsBucketName;
  if (name === undefined) throw new Error("The stack has no output AttachmentsBucketName.");
  return name;
}

/** The keys of a room's objects. */
export async function objectsOfRoom(roomId: string): Promise<string[]> {
  const { Contents = [] } = await operatorS3().send(
    new ListObjectsV2Command({ Bucket: bucketName(), Prefix: objectKeys.attachedIn(roomId) }),
  );
  return Contents.flatMap(({ Key }) => Key ?? []);
}

/** An output of the stack that is the URL of a queue. */
export type QueueOutput =
  | "DeliveryQueueUrl"
  | "DeliveryDeadLettersUrl"
  | "TasksQueueUrl"
  | "TasksDeadLettersUrl"
  | "PushQueueUrl"
  | "PushDeadLettersUrl";

export function queueUrl(output: QueueOutput): string {
  const url = target().outputs[output];
  if (url === undefined) throw new Error(`The stack has no output ${output}.`);
  return url;
}

/** Sets this process up as the stack sets up a function, but with an operator's rights. Before a module of it is imported. */
export function actAsFunction(): void {
  const { awsUrl, operator, tableName } = target();
  Object.assign(process.env, {
    AWS_REGION: operator.region,
    AWS_ACCESS_KEY_ID: operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: operator.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: awsUrl,
    AWS_ENDPOINT_URL_S3: awsUrl,
    AWS_ENDPOINT_URL_SQS: awsUrl,
    BUCKET_NAME: bucketName(),
    NOTIFICATION_DAYS: "90",
    TABLE_NAME: tableName,
    TASKS_QUEUE_URL: queueUrl("TasksQueueUrl"),
  });
}

/** How many messages a queue gives out now, has given out, and gives out later. */
export async function countMessages(
  output: QueueOutput,
): Promise<{ visible: number; inFlight: number; delayed: number }> {
  const { Attributes = {} } = await operatorSqs().send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl(output), AttributeNames: ["All"] }),
  );
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
  };
}

/** The bodies of up to ten messages of a queue, which stay in it. */
export async function peekMessages(output: QueueOutput): Promise<unknown[]> {
  const { Messages = [] } = await operatorSqs().send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl(output),
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
    }),
  );
  return Messages.map(({ Body = "" }) => JSON.parse(Body));
}
