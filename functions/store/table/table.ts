import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { AttributeValue as EventValue } from "aws-lambda";
import { environment } from "../../kernel/runtime/environment.ts";
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { backoff } from "../../kernel/runtime/retry.ts";
import { cancellationCodes } from "../../kernel/runtime/throttled.ts";
import type { Key } from "./keys.ts";
import { conditionExpression, type Update, updateExpression } from "./update-expression.ts";

/** An item as it is stored. Only the module of its entity knows its attributes. */
export type Item = Record<string, unknown>;

/** Returns an item from an event of the table's stream. */
export function itemOfImage(image: Readonly<Record<string, EventValue>>): Item {
  // Safe: the types differ in binary values alone. An event has them as text, and no item here has
  // any.
  return unmarshall(image as Record<string, AttributeValue>);
}

// Five attempts: the SDK's standard three give up too early while a table splits a partition.
export const documentClient = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 5 }), {
  marshallOptions: { removeUndefinedValues: true },
});

/**
 * BatchGetItem takes at most 100 keys a call.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
 */
const batchGetLimit = 100;
/**
 * BatchWriteItem takes at most 25 items a call.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
 */
const batchWriteLimit = 25;
/**
 * TransactWriteItems takes at most 100 items.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export const transactionLimit = 100;
const batchAttempts = 8;

export async function getItem(
  key: Key,
  read: "consistent" | "eventual" = "eventual",
): Promise<Item | undefined> {
  const { Item } = await documentClient.send(
    new GetCommand({ TableName: environment.tableName, Key: key, ConsistentRead: read === "consistent" }),
  );
  return Item;
}

/**
 * Unprocessed keys are a throttle without an exception. Returns an error with the name that
 * DynamoDB gives to a throttle.
 */
function throttled(message: string): Error {
  return Object.assign(new Error(message), { name: "ProvisionedThroughputExceededException" });
}

async function getBatch(batch: readonly Key[], consistent: boolean): Promise<Item[]> {
  const items: Item[] = [];
  const table = environment.tableName;
  let pending: Record<string, unknown>[] = batch.map((key) => ({ ...key }));
  for (let attempt = 0; pending.length > 0; attempt += 1) {
    if (attempt === batchAttempts)
      throw throttled(`${pending.length} of ${batch.length} items were not read.`);
    if (attempt > 0) await backoff(attempt);
    const result = await documentClient.send(
      new BatchGetCommand({ RequestItems: { [table]: { Keys: pending, ConsistentRead: consistent } } }),
    );
    items.push(...(result.Responses?.[table] ?? []));
    pending = result.UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return items;
}

/**
 * Returns the items of distinct keys that exist, in no order. It sends 100 keys a call, and all
 * calls at the same time.
 */
export async function getItems(
  wanted: readonly Key[],
  read: "consistent" | "eventual" = "eventual",
): Promise<Item[]> {
  const batches: Key[][] = [];
  for (let at = 0; at < wanted.length; at += batchGetLimit)
    batches.push(wanted.slice(at, at + batchGetLimit));
  return (await Promise.all(batches.map((batch) => getBatch(batch, read === "consistent")))).flat();
}

/** Runs one query. `Limit` or a key range must bound it. */
export async function query(input: Omit<QueryCommandInput, "TableName">): Promise<Item[]> {
  const { Items } = await documentClient.send(
    new QueryCommand({ TableName: environment.tableName, ...input }),
  );
  return Items ?? [];
}

/**
 * Runs a query through all of its pages of 1 MB, to its end or to `limit` items. The key range or
 * the limit must bound it.
 */
export async function queryAll(
  input: Omit<QueryCommandInput, "TableName">,
  limit = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = [];
  let start: Item | undefined;
  do {
    const page = await documentClient.send(
      new QueryCommand({
        TableName: environment.tableName,
        ...input,
        ...(Number.isFinite(limit) && { Limit: limit - items.length }),
        ...(start && { ExclusiveStartKey: start }),
      }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start && items.length < limit);
  return items;
}

/**
 * The result of a conditional write. `item` is what the write returns if it is done, else the item
 * that failed the condition.
 */
export type UpdateOutcome =
  | { readonly done: true; readonly item: Item }
  | { readonly done: false; readonly item: Item | undefined };

/**
 * Calls again while a transaction holds the item: DynamoDB refuses other writes then, and the SDK
 * does not retry them.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
async function afterTransactions<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const isConflict = error instanceof Error && error.name === "TransactionConflictException";
      if (!isConflict || attempt === transactionAttempts) throw error;
      await backoff(attempt);
    }
  }
}

/** Returns a failed condition as a result, and throws any other error. */
async function outcome(call: () => Promise<Item | undefined>): Promise<UpdateOutcome> {
  try {
    return { done: true, item: (await afterTransactions(call)) ?? {} };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { done: false, item: error.Item && unmarshall(error.Item) };
  }
}

export function updateItem(
  key: Key,
  { returns, ...update }: Update & { readonly returns?: "ALL_OLD" | "ALL_NEW" },
): Promise<UpdateOutcome> {
  return outcome(async () => {
    const { Attributes } = await documentClient.send(
      new UpdateCommand({
        TableName: environment.tableName,
        Key: key,
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        ...updateExpression(update),
        ReturnValues: returns,
      }),
    );
    return Attributes;
  });
}

/** Puts an item if none has its key. */
export function putIfAbsent(item: Key & Item): Promise<UpdateOutcome> {
  return outcome(async () => {
    await documentClient.send(
      new PutCommand({
        TableName: environment.tableName,
        Item: item,
        ConditionExpression: "attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    );
    return undefined;
  });
}

export async function putItem(item: Key & Item): Promise<void> {
  await documentClient.send(new PutCommand({ TableName: environment.tableName, Item: item }));
}

/** Deletes an item and returns what it was; undefined if there was none. */
export async function takeItem(key: Key): Promise<Item | undefined> {
  const { Attributes } = await documentClient.send(
    new DeleteCommand({ TableName: environment.tableName, Key: key, ReturnValues: "ALL_OLD" }),
  );
  return Attributes;
}

/** Deletes an item if a condition holds. `values` are those that the condition names. */
export function deleteIf(
  key: Key,
  condition: string | readonly string[],
  values?: Readonly<Record<string, unknown>>,
): Promise<UpdateOutcome> {
  return outcome(async () => {
    await documentClient.send(
      new DeleteCommand({
        TableName: environment.tableName,
        Key: key,
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        ...conditionExpression(condition, values),
      }),
    );
    return undefined;
  });
}

/** A put or a delete of a batch. */
type Write = { readonly put: Key & Item } | { readonly delete: Key };

async function writeBatch(batch: readonly Write[]): Promise<number> {
  const table = environment.tableName;
  let units = 0;
  let pending: NonNullable<BatchWriteCommandInput["RequestItems"]>[string] = batch.map((write) =>
    "put" in write
      ? { PutRequest: { Item: { ...write.put } } }
      : { DeleteRequest: { Key: { ...write.delete } } },
  );
  for (let attempt = 0; pending.length > 0; attempt += 1) {
    if (attempt === batchAttempts)
      throw throttled(`${pending.length} of ${batch.length} items were not written.`);
    if (attempt > 0) await backoff(attempt);
    const result = await documentClient.send(
      new BatchWriteCommand({ RequestItems: { [table]: pending }, ReturnConsumedCapacity: "TOTAL" }),
    );
    units += result.ConsumedCapacity?.[0]?.CapacityUnits ?? 0;
    pending = result.UnprocessedItems?.[table] ?? [];
  }
  return units;
}

/**
 * Puts and deletes items of different keys without a condition: 25 a call, one call after the
 * other. Returns the write units that it took.
 */
export async function writeItems(writes: readonly Write[]): Promise<number> {
  let units = 0;
  for (let at = 0; at < writes.length; at += batchWriteLimit)
    units += await writeBatch(writes.slice(at, at + batchWriteLimit));
  return units;
}

/** Deletes items. Returns the write units that it took. */
export function deleteItems(unwanted: readonly Key[]): Promise<number> {
  return writeItems(unwanted.map((key) => ({ delete: key })));
}

/**
 * Puts each item if none has its key, up to 25 at the same time. Returns the items that existed
 * before.
 */
export async function putAllIfAbsent(items: readonly (Key & Item)[]): Promise<Item[]> {
  const present: Item[] = [];
  await forEachConcurrent(items, putsAtOnce, async (item) => {
    const outcome = await putIfAbsent(item);
    if (!outcome.done && outcome.item) present.push(outcome.item);
  });
  return present;
}

const putsAtOnce = 25;
const transactionAttempts = 6;

/** A part of a transaction, without the name of the table. */
export type Part = {
  readonly [Kind in keyof NonNullable<TransactWriteCommandInput["TransactItems"]>[number]]?: Omit<
    NonNullable<NonNullable<TransactWriteCommandInput["TransactItems"]>[number][Kind]>,
    "TableName"
  >;
};

function onTable(part: Part) {
  // Safe: each kind of part is returned unchanged, with its table added.
  return Object.fromEntries(
    Object.entries(part).map(([kind, input]) => [kind, { TableName: environment.tableName, ...input }]),
  ) as NonNullable<TransactWriteCommandInput["TransactItems"]>[number];
}

/**
 * The result of a transaction: it did all parts, or none. `failed` holds the positions of the parts
 * with a failed condition.
 */
export type Transaction = { readonly done: true } | { readonly done: false; readonly failed: number[] };

/**
 * Does all parts or none. Two transactions that meet on an item are refused, and it tries again:
 * the SDK does not retry a cancelled transaction.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export async function transactWrite(parts: readonly Part[]): Promise<Transaction> {
  const items = parts.map(onTable);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await documentClient.send(new TransactWriteCommand({ TransactItems: items }));
      return { done: true };
    } catch (error) {
      const codes = refusalCodes(error);
      if (codes === undefined) throw error;
      const failed = codes.flatMap((code, at) => (code === "ConditionalCheckFailed" ? [at] : []));
      if (failed.length > 0) return { done: false, failed };
      if (attempt === transactionAttempts) throw error;
      await backoff(attempt);
    }
  }
}

function refusalCodes(error: unknown): string[] | undefined {
  return error instanceof Error && error.name === "TransactionInProgressException"
    ? ["TransactionConflict"]
    : cancellationCodes(error);
}
