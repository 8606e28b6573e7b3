import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, sendAny, startTestAws, type TestAws } from "../support/aws-stack.ts";

let aws: TestAws;
let clients: Clients;
let TableName: string;

beforeAll(async () => {
  aws = await startTestAws();
  clients = aws.as("Role", "PUT /things/{id}");
  TableName = aws.tableName;
}, 60_000);

afterAll(() => aws.close());

/** Returns the units that the meter counts for one call, whether or not it succeeds. */
async function units(command: { input: object }): Promise<{ rru: number; wru: number }> {
  aws.meter.reset();
  await sendAny(clients.dynamo, command).catch(() => undefined);
  const { calls } = aws.meter.report();
  return { rru: calls[0]?.rru ?? -1, wru: calls[0]?.wru ?? -1 };
}

const text = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, S]) => [name, { S }]));

const put = (values: Record<string, string>, more: object = {}) =>
  new PutItemCommand({ TableName, Item: text(values), ...more });

const update = (sk: string, UpdateExpression: string, values: Record<string, string>, more: object = {}) =>
  new UpdateItemCommand({
    TableName,
    Key: text({ pk: "u", sk }),
    UpdateExpression,
    ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: text(values) } : {}),
    ...more,
  });

test("a write costs a unit per KB of the larger of the old and the new item", async () => {
  expect(await units(put({ pk: "u", sk: "1" }))).toEqual({ rru: 0, wru: 1 });
  // pk, u, sk, 1, d and the text: 7 bytes and the text
  expect((await units(put({ pk: "u", sk: "1", d: "x".repeat(1017) }))).wru).toBe(1);
  expect((await units(put({ pk: "u", sk: "1", d: "x".repeat(1018) }))).wru).toBe(2);
  expect((await units(update("1", "REMOVE d", {}))).wru).toBe(2);
  expect((await units(new DeleteItemCommand({ TableName, Key: text({ pk: "u", sk: "1" }) }))).wru).toBe(1);
  expect((await units(new DeleteItemCommand({ TableName, Key: text({ pk: "u", sk: "none" }) }))).wru).toBe(1);
});

test("an index costs a write only when what it projects changes, and two when its key moves", async () => {
  expect((await units(put({ pk: "u", sk: "2", gsi1pk: "g", gsi1sk: "1" }))).wru).toBe(2);
  expect((await units(update("2", "SET note = :v", { ":v": "x" }))).wru).toBe(1);
  expect((await units(update("2", "SET gsi1sk = :v", { ":v": "2" }))).wru).toBe(3);
  expect((await units(update("2", "REMOVE gsi1sk", {}))).wru).toBe(2);
});

test("a write whose condition fails costs the size of the existing item, at least one unit", async () => {
  const never = { ConditionExpression: "attribute_exists(nothing)" };
  expect((await units(put({ pk: "u", sk: "absent" }, never))).wru).toBe(1);
  await clients.dynamo.send(put({ pk: "u", sk: "3", d: "x".repeat(2500) }));
  expect((await units(update("3", "SET a = :v", { ":v": "x" }, never))).wru).toBe(3);
  const error = await clients.dynamo.send(update("3", "SET a = :v", { ":v": "x" }, never)).catch((e) => e);
  expect(error).toMatchObject({ name: "ConditionalCheckFailedException" });
  expect(error.Item).toBeUndefined();
});

test("the existing item still comes back to a caller who asked for it", async () => {
  await clients.dynamo.send(put({ pk: "u", sk: "4", d: "kept" }));
  const more = {
    ConditionExpression: "attribute_not_exists(pk)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
  const error = await clients.dynamo.send(put({ pk: "u", sk: "4" }, more)).catch((e) => e);
  expect(error.Item).toEqual(text({ pk: "u", sk: "4", d: "kept" }));
});

test("a read costs half a unit per 4 KB, a whole one when it is consistent, also for what is not there", async () => {
  const get = (sk: string, ConsistentRead = false) =>
    new GetItemCommand({ TableName, Key: text({ pk: "r", sk }), ConsistentRead });
  await clients.dynamo.send(put({ pk: "r", sk: "1" }));
  await clients.dynamo.send(put({ pk: "r", sk: "2", d: "x".repeat(5000) }));
  expect(await units(get("1"))).toEqual({ rru: 0.5, wru: 0 });
  expect((await units(get("1", true))).rru).toBe(1);
  expect((await units(get("2"))).rru).toBe(1);
  expect((await units(get("2", true))).rru).toBe(2);
  expect((await units(get("none"))).rru).toBe(0.5);
  expect((await units(get("none", true))).rru).toBe(1);
});

test("a batch costs what its parts cost, absent keys too", async () => {
  const Keys = ["1", "2", "none", "nothing"].map((sk) => text({ pk: "r", sk }));
  const batch = (ConsistentRead: boolean) =>
    new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead } } });
  expect((await units(batch(false))).rru).toBe(2.5);
  expect((await units(batch(true))).rru).toBe(5);
  const requests = [
    { PutRequest: { Item: text({ pk: "w", sk: "1", gsi1pk: "g", gsi1sk: "w" }) } },
    { PutRequest: { Item: text({ pk: "w", sk: "2", d: "x".repeat(3000) }) } },
    { DeleteRequest: { Key: text({ pk: "r", sk: "1" }) } },
  ];
  expect(await units(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }))).toEqual({
    rru: 0,
    wru: 6,
  });
});

test("a query costs the sum of what it reads, rounded up once, and the minimum when it finds nothing", async () => {
  for (let i = 0; i < 10; i++) await clients.dynamo.send(put({ pk: "q", sk: String(i), d: "x".repeat(500) }));
  const query = (pk: string, more: object = {}) =>
    new QueryCommand({
      TableName,
      KeyConditionExpression: "pk = :p",
      ExpressionAttributeValues: text({ ":p": pk }),
      ...more,
    });
  expect((await units(query("q"))).rru).toBe(1);
  expect((await units(query("q", { ConsistentRead: true }))).rru).toBe(2);
  expect((await units(query("q", { Limit: 2 }))).rru).toBe(0.5);
  expect((await units(query("empty"))).rru).toBe(0.5);
  expect((await units(query("empty", { ConsistentRead: true }))).rru).toBe(1);
});

test("a transaction costs twice, and is counted when it is cancelled", async () => {
  await clients.dynamo.send(put({ pk: "r", sk: "1" }));
  const Get = (sk: string) => ({ Get: { TableName, Key: text({ pk: "r", sk }) } });
  expect(await units(new TransactGetItemsCommand({ TransactItems: [Get("1"), Get("2")] }))).toEqual({
    rru: 6,
    wru: 0,
  });
  const write = (ConditionExpression: string) =>
    new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName, Item: text({ pk: "t", sk: "1" }) } },
        { ConditionCheck: { TableName, Key: text({ pk: "r", sk: "1" }), ConditionExpression } },
      ],
    });
  expect(await units(write("attribute_exists(pk)"))).toEqual({ rru: 0, wru: 4 });
  expect(await units(write("attribute_not_exists(pk)"))).toEqual({ rru: 0, wru: 4 });
});

test("every part of a transaction counts, and so do its index entries", async () => {
  const put = (sk: string, more: Record<string, string> = {}) => ({
    Put: { TableName, Item: text({ pk: "parts", sk, ...more }) },
  });
  const transaction = (...TransactItems: ReturnType<typeof put>[]) =>
    new TransactWriteItemsCommand({ TransactItems });
  expect(await units(transaction(put("1"), put("2"), put("3")))).toEqual({ rru: 0, wru: 6 });
  expect(await units(transaction(put("4", { body: "x".repeat(2500) }), put("5")))).toEqual({
    rru: 0,
    wru: 8,
  });
});

test("the report of what was consumed reaches a caller only as it was asked for", async () => {
  const Key = text({ pk: "r", sk: "1" });
  const plain = await clients.dynamo.send(new GetItemCommand({ TableName, Key }));
  expect(plain.ConsumedCapacity).toBeUndefined();
  expect(plain.Item).toEqual(Key);
  const total = await clients.dynamo.send(
    new GetItemCommand({ TableName, Key, ReturnConsumedCapacity: "TOTAL" }),
  );
  expect(total.ConsumedCapacity).toEqual({ TableName, CapacityUnits: 0.5 });
  const indexes = await clients.dynamo.send(
    new GetItemCommand({ TableName, Key, ReturnConsumedCapacity: "INDEXES" }),
  );
  expect(indexes.ConsumedCapacity).toEqual({ TableName, CapacityUnits: 0.5, Table: { CapacityUnits: 0.5 } });
});

test("attributes that look like the report come through unharmed", async () => {
  const Item = {
    ...text({ pk: "r", sk: "odd", text: '"ConsumedCapacity":{"CapacityUnits":7}' }),
    ConsumedCapacity: { M: { CapacityUnits: { N: "7" } } },
  };
  await clients.dynamo.send(new PutItemCommand({ TableName, Item }));
  const Key = text({ pk: "r", sk: "odd" });
  expect((await clients.dynamo.send(new GetItemCommand({ TableName, Key }))).Item).toEqual(Item);
  expect((await units(new GetItemCommand({ TableName, Key }))).rru).toBe(0.5);
});

test("the meter sums by operation and function, and keeps the calls", async () => {
  aws.meter.reset();
  aws.meter.invoked("roleFunction0A1B2C3D", "PUT /things/{id}");
  await clients.dynamo.send(put({ pk: "m", sk: "1" }));
  await clients.dynamo.send(new GetItemCommand({ TableName, Key: text({ pk: "m", sk: "1" }) }));
  const report = aws.meter.report();
  const counts = {
    invocations: 1,
    dynamodb_calls: 2,
    rru: 0.5,
    wru: 1,
    posts: 0,
    s3_calls: 0,
    cognito_calls: 0,
    sqs_calls: 0,
  };
  expect(report.operations).toEqual({ "PUT /things/{id}": counts });
  expect(report.functions).toEqual({ role: counts });
  expect(report.calls.map(({ action, key, status }) => ({ action, key, status }))).toEqual([
    { action: "PutItem", key: "m/1", status: 200 },
    { action: "GetItem", key: "m/1", status: 200 },
  ]);
  const [first, second] = report.calls;
  expect(second?.started_ms).toBeGreaterThanOrEqual(first?.ended_ms ?? Number.POSITIVE_INFINITY);
  aws.meter.reset();
  expect(aws.meter.report()).toEqual({ operations: {}, functions: {}, calls: [] });
});
