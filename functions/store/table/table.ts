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

/** An item as it is stored. The data module of its entity alone knows what is in it. */
export type Item = Record<string, unknown>;

/** An item as the table's stream gives it in an event of Lambda. */
export function itemOfImage(image: Readonly<Record<string, EventValue>>): Item {
  // Safe: the types differ in binary values alone, which are text in an event, and which no item here has.
  return unmarshall(image as Record<string, AttributeValue>);
}

// Five attempts: the SDK's standard three give up too early on a table that is just then splitting a partition.
export const documentClient = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 5 }), {
  marshallOptions: { removeUndefinedValues: true },
});

/** BatchGetItem takes at most 100 keys a call. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const batchGetLimit = 100;
/** BatchWriteItem takes at most 25 items a call. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const batchWriteLimit = 25;
/** TransactWriteItems takes at most 100 items. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
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

/** Keys that stay unprocessed are a throttle that comes without an exception; here it gets the same name. */
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

/** Items by their keys, in no order, those that exist; 100 keys a call, the calls at once. Keys must be distinct. */
export async function getItems(
  wanted: readonly Key[],
  read: "consistent" | "eventual" = "eventual",
): Promise<Item[]> {
  const batches: Key[][] = [];
  for (let at = 0; at < wanted.length; at += batchGetLimit)
    batches.push(wanted.slice(at, at + batchGetLimit));
  return (await Promise.all(batches.map((batch) => getBatch(batch, read === "consistent")))).flat();
}

/** One query; `Limit` or a key range must bound it. */
export async function query(input: Omit<QueryCommandInput, "TableName">): Promise<Item[]> {
  const { Items } = await documentClient.send(
    new QueryCommand({ TableName: environment.tableName, ...input }),
  );
  return Items ?? [];
}

/** A query followed through its pages of 1 MB, to its end or to `limit` items, for lists that one of both bounds. */
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

/** What an update did: the item before it, or, where its condition failed, the item that made it fail. */
export type UpdateOutcome =
  | { readonly done: true; readonly item: Item }
  | { readonly done: false; readonly item: Item | undefined };

/**
 * Waits for a transaction that is under way on the item, which refuses any other write of it; the SDK does not.
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

/** Tells a failed condition, which is an answer, from an error. */
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

/** Puts an item if there is none with its key. */
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

/** Deletes an item and gives what it was; undefined if there was none. */
export async function takeItem(key: Key): Promise<Item | undefined> {
  const { Attributes } = await documentClient.send(
    new DeleteCommand({ TableName: environment.tableName, Key: key, ReturnValues: "ALL_OLD" }),
  );
  return Attributes;
}

/** Deletes an item if a condition holds of it. */
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
 * Puts and deletes items of different keys, whatever was there before, 25 a call and one call after the other, and gives
 * the write units that it took.
 */
export async function writeItems(writes: readonly Write[]): Promise<number> {
  let units = 0;
  for (let at = 0; at < writes.length; at += batchWriteLimit)
    units += await writeBatch(writes.slice(at, at + batchWriteLimit));
  return units;
}

/** Deletes items, and gives the write units that it took. */
export function deleteItems(unwanted: readonly Key[]): Promise<number> {
  return writeItems(unwanted.map((key) => ({ delete: key })));
}

/**
 * Puts many items, each if there is none with its key, a bounded number at once; gives what was there already instead of
 * some of them.
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

/** Parts of a transaction, without the name of the table. */
export type Part = {
  readonly [Kind in keyof NonNullable<TransactWriteCommandInput["TransactItems"]>[number]]?: Omit<
    NonNullable<NonNullable<TransactWriteCommandInput["TransactItems"]>[number][Kind]>,
    "TableName"
  >;
};

function onTable(part: Part) {
  // Safe: each kind of part is given back as it was, with the table that it lacked.
  return Object.fromEntries(
    Object.entries(part).map(([kind, input]) => [kind, { TableName: environment.tableName, ...input }]),
  ) as NonNullable<TransactWriteCommandInput["TransactItems"]>[number];
}

/** What a transaction did: all of it, or nothing, with the places of the parts whose condition failed. */
export type Transaction = { readonly done: true } | { readonly done: false; readonly failed: number[] };

/**
 * Does all parts or none. Two transactions that meet on an item are told to try again, and do: the SDK does not retry a
 * cancelled transaction.
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
