import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { forEach } from "../../functions/kernel/for-each.ts";
import { operatorTable } from "./operator.ts";
import { target } from "./target.ts";

/** BatchWriteItem takes at most 25 items. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const batchSize = 25;
const batchesAtOnce = 10;

/** Puts items into the table, behind the back of the functions: many, where calls would take minutes. */
export const plantItems = async (items: readonly Readonly<Record<string, unknown>>[]): Promise<void> => {
  const client = operatorTable();
  const batches = Array.from({ length: Math.ceil(items.length / batchSize) }, (_, batch) =>
    items.slice(batch * batchSize, (batch + 1) * batchSize),
  );
  await forEach(batches, batchesAtOnce, async (batch) => {
    const puts = batch.map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [target().tableName]: puts } }));
  });
};
