import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { keys, objectKeys } from "./internals.ts";
import { target } from "./target.ts";

/**
 * Returns the options of an operator's clients: they see behind the APIs, and no fault hits them.
 */
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

/** Returns all items with this partition key, by sort key. */
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

/** Returns all items of a room, except the postings of its messages. */
export function itemsOfRoom(roomId: string): Promise<StoredItem[]> {
  return itemsAt(keys.head(roomId).pk);
}

/** Returns the sort keys of the items of a room that begin with `prefix`. */
export async function keysOfRoom(roomId: string, prefix = ""): Promise<string[]> {
  return (await itemsOfRoom(roomId)).map((item) => item.sk).filter((sk) => sk.startsWith(prefix));
}

/** Returns the record of the table's stream for a message that was sent. */
export async function messageRecord(roomId: string, seq: number): Promise<object> {
  const key = keys.message(roomId, seq);
  const item = (await itemsOfRoom(roomId)).find(({ sk }) => sk === key.sk);
  return { dynamodb: { Keys: marshall(key), NewImage: marshall(item), SequenceNumber: "1" } };
}

function fileAt(fileId: string) {
  return { TableName: target().tableName, Key: keys.file(fileId) };
}

/** Returns the item of a file; undefined if there is none. */
export async function itemOfFile(fileId: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  return (await operatorTable().send(new GetCommand({ ...fileAt(fileId), ConsistentRead: true }))).Item;
}

export async function deleteItemOfFile(fileId: string): Promise<void> {
  await operatorTable().send(new DeleteCommand(fileAt(fileId)));
}

/** Deletes an item as DynamoDB does a day after the upload of a picture began. */
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

/** Returns the keys of a room's objects. */
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

/**
 * Sets the environment of this process as the stack sets a function's, with an operator's rights.
 * Call it before importing.
 */
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

/** Returns how many messages of a queue are visible, in flight and delayed. */
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

/** Returns the bodies of up to ten messages of a queue, which stay in it. */
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
