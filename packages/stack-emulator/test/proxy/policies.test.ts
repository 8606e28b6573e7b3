import { DeleteConnectionCommand, PostToConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";
import {
  AdminConfirmSignUpCommand,
  AdminGetUserCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import {
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { PurgeQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ADMIN_ACCESS_KEY_ID } from "../../src/aws.ts";
import { sendAny, startTestAws, type TestAws } from "../support/aws-stack.ts";
import { policiesStack } from "./policies-stack.ts";

let aws: TestAws;

beforeAll(async () => {
  aws = await startTestAws({ template: policiesStack() });
  aws.sockets.set("abc=", "ok");
}, 60_000);

afterAll(() => aws.close());

const Key = { pk: { S: "USER#7" }, sk: { S: "PROFILE" } };
const get = (pk = "USER#7") =>
  new GetItemCommand({ TableName: aws.tableName, Key: { pk: { S: pk }, sk: { S: "PROFILE" } } });
const put = () => new PutItemCommand({ TableName: aws.tableName, Item: Key });
const remove = () => new DeleteItemCommand({ TableName: aws.tableName, Key });
const query = (IndexName?: string) =>
  new QueryCommand({
    TableName: aws.tableName,
    ...(IndexName ? { IndexName } : {}),
    KeyConditionExpression: "#k = :p",
    ExpressionAttributeNames: { "#k": IndexName ? "gsi1pk" : "pk" },
    ExpressionAttributeValues: { ":p": { S: "USER#7" } },
  });

/** 'ok', or the name of the error. */
async function outcome(role: string, command: { input: object }): Promise<string> {
  const sent = sendAny(aws.as(role).dynamo, command);
  return sent.then(
    () => "ok",
    (error: Error) => error.name,
  );
}

const denied = "AccessDeniedException";

test("what no policy allows is denied in AWS's words", async () => {
  const error = await aws
    .as("NoRole")
    .dynamo.send(get())
    .catch((e: unknown) => e);
  expect(error).toMatchObject({
    name: denied,
    $metadata: { httpStatusCode: 400 },
    message:
      "User: arn:aws:sts::000000000000:assumed-role/NoRole/noroleFunction0A1B2C3D is not authorized to perform: " +
      `dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:000000000000:table/${aws.tableName} ` +
      "because no identity-based policy allows the dynamodb:GetItem action",
  });
  expect(aws.lines.some((line) => line.startsWith("denied: ") && line.includes("dynamodb:GetItem"))).toBe(
    true,
  );
});

test("actions match by wildcard and without regard to case", async () => {
  expect(await outcome("Reader", get())).toBe("ok");
  expect(await outcome("Reader", put())).toBe(denied);
  expect(await outcome("Putter", put())).toBe("ok");
});

test("an index is a resource of its own", async () => {
  expect(await outcome("Reader", query())).toBe("ok");
  expect(await outcome("Reader", query("gsi1"))).toBe(denied);
  expect(await outcome("IndexReader", query("gsi1"))).toBe("ok");
  expect(await outcome("IndexReader", query())).toBe(denied);
});

test("a batch needs its own action, a transaction those of its parts", async () => {
  const batch = new BatchGetItemCommand({ RequestItems: { [aws.tableName]: { Keys: [Key] } } });
  expect(await outcome("Reader", batch)).toBe(denied);
  expect(await outcome("BatchReader", batch)).toBe("ok");
  const TableName = aws.tableName;
  const check = { ConditionCheck: { TableName, Key, ConditionExpression: "attribute_exists(pk)" } };
  const add = { Put: { TableName, Item: { pk: { S: "x" }, sk: { S: "y" } } } };
  const transact = (...TransactItems: object[]) => new TransactWriteItemsCommand({ TransactItems });
  expect(await outcome("Transactor", transact(add, check))).toBe("ok");
  expect(await outcome("Putter", transact(add))).toBe("ok");
  expect(await outcome("Putter", transact(add, check))).toBe(denied);
  expect(await outcome("Transactor", transact(add, { Delete: { TableName, Key } }))).toBe(denied);
});

test("an explicit deny wins over an allow", async () => {
  expect(await outcome("NoDelete", put())).toBe("ok");
  const error = await aws
    .as("NoDelete")
    .dynamo.send(remove())
    .catch((e: Error) => e);
  expect(String(error)).toContain("with an explicit deny in an identity-based policy");
});

test("NotAction and NotResource turn the match around", async () => {
  expect(await outcome("AllButScan", get())).toBe("ok");
  expect(await outcome("AllButScan", new ScanCommand({ TableName: aws.tableName }))).toBe(denied);
});

test("dynamodb:LeadingKeys holds for all keys of a request", async () => {
  expect(await outcome("OwnKeys", get("USER#7"))).toBe("ok");
  expect(await outcome("OwnKeys", get("ROOM#1"))).toBe("ok");
  expect(await outcome("OwnKeys", get("USER#8"))).toBe(denied);
  expect(await outcome("OwnKeys", query())).toBe("ok");
  const keys = (...pks: string[]) =>
    new BatchGetItemCommand({
      RequestItems: { [aws.tableName]: { Keys: pks.map((pk) => ({ pk: { S: pk }, sk: { S: "x" } })) } },
    });
  expect(await outcome("OwnKeys", keys("USER#7", "ROOM#1"))).toBe("ok");
  expect(await outcome("OwnKeys", keys("USER#7", "USER#8"))).toBe(denied);
});

test("dynamodb:Attributes holds for all attributes that a request names", async () => {
  const update = (name: string, more: object = {}) =>
    new UpdateItemCommand({
      TableName: aws.tableName,
      Key,
      UpdateExpression: "SET #a = if_not_exists(#a, :v)",
      ExpressionAttributeNames: { "#a": name },
      ExpressionAttributeValues: { ":v": { S: "x" } },
      ...more,
    });
  expect(await outcome("SomeAttributes", update("seen"))).toBe("ok");
  expect(await outcome("SomeAttributes", update("role"))).toBe(denied);
  expect(await outcome("SomeAttributes", update("seen", { ReturnValues: "ALL_NEW" }))).toBe(denied);
});

test("a condition that the emulator does not know refuses the call and says so", async () => {
  expect(await outcome("Conditional", get())).toBe(denied);
  expect(aws.lines.some((line) => line.includes("does not know the condition key aws:sourceip"))).toBe(true);
});

test("a connection's method is part of its resource", async () => {
  const { connections } = aws.as("OnlyPosts");
  await connections.send(new PostToConnectionCommand({ ConnectionId: "abc=", Data: "hello" }));
  const close = connections.send(new DeleteConnectionCommand({ ConnectionId: "abc=" }));
  await expect(close).rejects.toMatchObject({ name: denied, $metadata: { httpStatusCode: 403 } });
});

test("Cognito's public operations need no policy, its admin operations do", async () => {
  const { cognito } = aws.as("NoRole");
  const Username = "someone@example.com";
  await cognito.send(new SignUpCommand({ ClientId: aws.clientId, Username, Password: "long-enough-1" }));
  const admin = new AdminConfirmSignUpCommand({ UserPoolId: aws.poolId, Username });
  await expect(cognito.send(admin)).rejects.toMatchObject({ name: denied });
  await aws.as("Role").cognito.send(admin);
  const user = await aws
    .as("Role")
    .cognito.send(new AdminGetUserCommand({ UserPoolId: aws.poolId, Username }));
  expect(user.UserStatus).toBe("CONFIRMED");
});

test("a presigned request is held against its signer's policies", async () => {
  const sign = async (role: string) => {
    const accessKeyId = aws.as(role).accessKeyId;
    const s3 = new S3Client({
      region: "us-east-1",
      endpoint: aws.endpoint,
      credentials: { accessKeyId, secretAccessKey: "local" },
    });
    const command = new PutObjectCommand({ Bucket: aws.bucketName, Key: "a/b.txt" });
    return getSignedUrl(s3, command, { expiresIn: 60 });
  };
  const upload = async (role: string) => {
    const url = await sign(role);
    const response = await fetch(url, { method: "PUT", body: "hello" });
    return { status: response.status, body: await response.text() };
  };
  aws.meter.reset();
  expect(await upload("Role")).toMatchObject({ status: 200 });
  expect(aws.meter.report().operations).toMatchObject({ "(presigned)": { s3_calls: 1 } });
  const preflight = await fetch(await sign("Role"), {
    method: "OPTIONS",
    headers: { origin: "https://chat.example", "access-control-request-method": "PUT" },
  });
  expect(preflight.headers.get("access-control-allow-origin")).toBe("https://chat.example");
  const refused = await upload("NoRole");
  expect(refused.status).toBe(403);
  expect(refused.body).toContain("<Code>AccessDenied</Code>");
  expect(refused.body).toContain(`s3:PutObject on resource: arn:aws:s3:::${aws.bucketName}/a/b.txt`);
});

test("a queue is reached with its own actions", async () => {
  const client = (role: string) =>
    new SQSClient({
      region: "us-east-1",
      endpoint: aws.endpoint,
      credentials: { accessKeyId: aws.as(role).accessKeyId, secretAccessKey: "local" },
      maxAttempts: 1,
    });
  const QueueUrl = `${aws.endpoint}/000000000000/jobs`;
  const send = (role: string) => client(role).send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
  await send("Sender");
  await expect(send("NoRole")).rejects.toMatchObject({
    name: "AccessDenied",
    $metadata: { httpStatusCode: 403 },
  });
  const purge = client("Sender").send(new PurgeQueueCommand({ QueueUrl }));
  await expect(purge).rejects.toThrow("is not authorized to perform: sqs:PurgeQueue");
});

test("a topic is published to with its own action", async () => {
  const publish = (role: string, name: string) =>
    new SNSClient({
      region: "us-east-1",
      endpoint: aws.endpoint,
      credentials: { accessKeyId: aws.as(role).accessKeyId, secretAccessKey: "local" },
      maxAttempts: 1,
    }).send(new PublishCommand({ TopicArn: `arn:aws:sns:us-east-1:000000000000:${name}`, Message: "x" }));
  await publish("Publisher", "news");
  expect(aws.sns.published()).toMatchObject([{ message: "x" }]);
  for (const [role, name] of [
    ["NoRole", "news"],
    ["Publisher", "other"],
  ] as const)
    await expect(publish(role, name)).rejects.toMatchObject({
      name: "AuthorizationErrorException",
      message: expect.stringContaining("is not authorized to perform: sns:Publish"),
      $metadata: { httpStatusCode: 403 },
    });
});

test("a function's grants can be asked for", () => {
  const tableArn = `arn:aws:dynamodb:us-east-1:000000000000:table/${aws.tableName}`;
  expect(aws.mayCall("ReaderFunction", "dynamodb:GetItem", tableArn)).toBe(true);
  expect(aws.mayCall("ReaderFunction", "dynamodb:PutItem", tableArn)).toBe(false);
  expect(aws.mayCall("NoSuchFunction", "dynamodb:GetItem", tableArn)).toBe(false);
});

test("a key of no function is refused, the emulator's own passes and is not metered", async () => {
  const send = (accessKeyId: string) => {
    const { dynamo } = aws.as("NoRole");
    dynamo.config.credentials = () => Promise.resolve({ accessKeyId, secretAccessKey: "local" });
    return dynamo.send(get());
  };
  await expect(send("ASIAUNKNOWN")).rejects.toMatchObject({ name: "UnrecognizedClientException" });
  aws.meter.reset();
  await send(ADMIN_ACCESS_KEY_ID);
  expect(aws.meter.report().calls).toEqual([]);
});
