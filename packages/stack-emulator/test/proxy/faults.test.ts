import {
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import { AdminGetUserCommand } from "@aws-sdk/client-cognito-identity-provider";
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { InvalidFault } from "../../src/aws.ts";
import { type Clients, startTestAws, type TestAws } from "../support/aws-stack.ts";

let aws: TestAws;
let clients: Clients;

beforeAll(async () => {
  aws = await startTestAws();
  clients = aws.as("Role");
}, 60_000);

afterEach(() => aws.faults.clear());
afterAll(() => aws.close());

const put = (pk: string, sk = "1") =>
  clients.dynamo.send(
    new PutItemCommand({ TableName: aws.tableName, Item: { pk: { S: pk }, sk: { S: sk } } }),
  );
const isThere = async (pk: string, sk = "1") => {
  const Key = { pk: { S: pk }, sk: { S: sk } };
  const { Item } = await aws.as("Role").dynamo.send(new GetItemCommand({ TableName: aws.tableName, Key }));
  return Item !== undefined;
};
const outcome = (sent: Promise<unknown>) =>
  sent.then(
    () => "ok",
    (error: Error) => error.name,
  );

test("throttle refuses the nth matching call before it is executed, and as many as told", async () => {
  aws.faults.add({ kind: "throttle", service: "dynamodb", action: "PutItem", pk: "T#", nth: 2, times: 2 });
  expect(await outcome(put("other"))).toBe("ok");
  expect(await outcome(put("T#1"))).toBe("ok");
  expect(await outcome(put("T#2"))).toBe("ThrottlingException");
  expect(await outcome(put("T#3"))).toBe("ThrottlingException");
  expect(await outcome(put("T#4"))).toBe("ok");
  expect([await isThere("T#2"), await isThere("T#4")]).toEqual([false, true]);
  expect(aws.faults.list()).toMatchObject([{ matches: 4, hits: 2 }]);
});

test("a fault may strike for ever, and may be taken back", async () => {
  const { id } = aws.faults.add({ kind: "throttle", service: "dynamodb", times: 0 });
  for (let i = 0; i < 3; i++) expect(await outcome(put("F"))).toBe("ThrottlingException");
  expect(aws.faults.remove(id)).toBe(true);
  expect(await outcome(put("F"))).toBe("ok");
  expect(aws.faults.remove(id)).toBe(false);
});

test("a seed chooses the same calls again", async () => {
  const struck = async (seed: number): Promise<string[]> => {
    const { id } = aws.faults.add({ kind: "throttle", service: "dynamodb", pk: "S", probability: 0.5, seed });
    const outcomes: string[] = [];
    for (let i = 0; i < 20; i++) outcomes.push(await outcome(put("S")));
    aws.faults.remove(id);
    return outcomes;
  };
  const first = await struck(1);
  expect(new Set(first)).toEqual(new Set(["ok", "ThrottlingException"]));
  expect(await struck(1)).toEqual(first);
  expect(await struck(2)).not.toEqual(first);
  expect(() => aws.faults.add({ kind: "lose", service: "dynamodb", seed: -1 })).toThrow(InvalidFault);
});

test("lose executes the call and breaks the connection", async () => {
  aws.faults.add({ kind: "lose", service: "dynamodb", action: "PutItem" });
  await expect(put("L")).rejects.toThrow();
  expect(await isThere("L")).toBe(true);
  expect(aws.crashed).toEqual([]);
});

test("crash executes the call and ends the function that made it", async () => {
  aws.faults.add({ kind: "crash", service: "dynamodb", function: "role", pk: "C" });
  await expect(put("C")).rejects.toThrow();
  expect(await isThere("C")).toBe(true);
  expect(aws.crashed).toEqual([clients.accessKeyId]);
});

test("delay executes the call later", async () => {
  aws.faults.add({ kind: "delay", service: "dynamodb", pk: "D#slow", delay_ms: 200 });
  const order: string[] = [];
  await Promise.all([
    put("D#slow").then(() => order.push("slow")),
    put("D#fast").then(() => order.push("fast")),
  ]);
  expect(order).toEqual(["fast", "slow"]);
});

test("a fault matches by any key of a batch, and by the keys of a query", async () => {
  aws.faults.add({ kind: "throttle", service: "dynamodb", pk: "B#2", sk: "x", times: 0 });
  const TableName = aws.tableName;
  const batch = (...sks: string[]) =>
    new BatchGetItemCommand({
      RequestItems: { [TableName]: { Keys: sks.map((sk) => ({ pk: { S: "B#2" }, sk: { S: sk } })) } },
    });
  const query = (condition: string) =>
    new QueryCommand({
      TableName,
      KeyConditionExpression: condition,
      ExpressionAttributeValues: { ":p": { S: "B#2" }, ":s": { S: "xyz" } },
    });
  expect(await outcome(clients.dynamo.send(batch("a", "b")))).toBe("ok");
  expect(await outcome(clients.dynamo.send(batch("a", "x1")))).toBe("ThrottlingException");
  expect(await outcome(clients.dynamo.send(query("pk = :p AND begins_with(sk, :s)")))).toBe(
    "ThrottlingException",
  );
  expect(await outcome(clients.dynamo.send(query("pk = :p AND sk < :s")))).toBe("ThrottlingException");
});

test("unprocessed leaves half of a batch, which can be sent again", async () => {
  aws.faults.add({ kind: "unprocessed", service: "dynamodb", times: 2 });
  const TableName = aws.tableName;
  const sks = ["1", "2", "3", "4", "5"];
  const requests = sks.map((sk) => ({ PutRequest: { Item: { pk: { S: "U" }, sk: { S: sk } } } }));
  const written = await clients.dynamo.send(
    new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }),
  );
  expect(written.UnprocessedItems?.[TableName]).toHaveLength(3);
  expect([await isThere("U", "2"), await isThere("U", "3")]).toEqual([true, false]);
  const Keys = sks.map((sk) => ({ pk: { S: "U" }, sk: { S: sk } }));
  const read = await clients.dynamo.send(
    new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }),
  );
  expect(read.Responses?.[TableName]).toHaveLength(2);
  expect(read.UnprocessedKeys?.[TableName]).toMatchObject({ ConsistentRead: true, Keys: Keys.slice(2) });
  const rest = await clients.dynamo.send(
    new BatchWriteItemCommand({ RequestItems: { ...written.UnprocessedItems } }),
  );
  expect(rest.UnprocessedItems).toEqual({});
});

test("a batch of one that stays unprocessed executes nothing", async () => {
  aws.faults.add({ kind: "unprocessed", service: "dynamodb" });
  const Keys = [{ pk: { S: "U" }, sk: { S: "1" } }];
  const read = await clients.dynamo.send(
    new BatchGetItemCommand({ RequestItems: { [aws.tableName]: { Keys } } }),
  );
  expect(read.Responses).toEqual({});
  expect(read.UnprocessedKeys?.[aws.tableName]?.Keys).toEqual(Keys);
});

test("other services throttle in their own words", async () => {
  aws.faults.add({ kind: "throttle", service: "cognito-idp" });
  aws.faults.add({ kind: "throttle", service: "execute-api" });
  const user = clients.cognito.send(new AdminGetUserCommand({ UserPoolId: aws.poolId, Username: "x" }));
  expect(await outcome(user)).toBe("TooManyRequestsException");
  const post = clients.connections.send(new PostToConnectionCommand({ ConnectionId: "c", Data: "x" }));
  await expect(post).rejects.toMatchObject({
    name: "LimitExceededException",
    $metadata: { httpStatusCode: 429 },
  });
});

test("a wrong fault is refused with all that is wrong", () => {
  const add = () => aws.faults.add({ kind: "explode", service: "lambda", nth: 0, colour: "red" });
  expect(add).toThrow(InvalidFault);
  expect(add).toThrow(/kind must be one of .*service must be one of .*nth must be .*colour is not a field/);
  expect(() => aws.faults.add({ kind: "delay", service: "dynamodb" })).toThrow("a delay needs delay_ms");
  expect(aws.faults.list()).toEqual([]);
});

test("connections answer as the management API does", async () => {
  aws.sockets.set("open=", "ok").set("large", "too-large").set("busy", "limit-exceeded");
  const post = (ConnectionId: string) =>
    clients.connections.send(new PostToConnectionCommand({ ConnectionId, Data: Buffer.from("hello") }));
  await post("open=");
  await expect(post("gone")).rejects.toMatchObject({
    name: "GoneException",
    $metadata: { httpStatusCode: 410 },
  });
  await expect(post("large")).rejects.toMatchObject({
    name: "PayloadTooLargeException",
    $metadata: { httpStatusCode: 413 },
  });
  await expect(post("busy")).rejects.toMatchObject({
    name: "LimitExceededException",
    $metadata: { httpStatusCode: 429 },
  });
  const info = await clients.connections.send(new GetConnectionCommand({ ConnectionId: "open=" }));
  expect(info.ConnectedAt).toEqual(new Date("2025-01-01T00:00:00.000Z"));
  expect(info.Identity).toEqual({ SourceIp: "127.0.0.1", UserAgent: "test" });
  await clients.connections.send(new DeleteConnectionCommand({ ConnectionId: "open=" }));
  await expect(post("open=")).rejects.toMatchObject({ name: "GoneException" });
});

test("an SDK with retries heals a throttle and a lost answer by itself", async () => {
  const { dynamo } = aws.as("Role", undefined, 3);
  aws.faults.add({ kind: "lose", service: "dynamodb", action: "UpdateItem" });
  aws.faults.add({ kind: "throttle", service: "dynamodb", action: "UpdateItem", nth: 2 });
  const { Attributes } = await dynamo.send(
    new UpdateItemCommand({
      TableName: aws.tableName,
      Key: { pk: { S: "counter" }, sk: { S: "1" } },
      UpdateExpression: "ADD n :one",
      ExpressionAttributeValues: { ":one": { N: "1" } },
      ReturnValues: "ALL_NEW",
    }),
  );
  // Executed, lost, throttled, executed: the retry doubled it.
  expect(Attributes?.n).toEqual({ N: "2" });
});
