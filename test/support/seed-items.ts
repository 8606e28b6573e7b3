import { forEachConcurrent } from "./internals.ts";
import { operatorTable } from "./operator.ts";
import { batchSize, putBatch } from "./seeded.ts";
import { target } from "./target.ts";

const batchesAtOnce = 10;

/** Puts many items into the table, without the functions: calls would take minutes. */
export async function seedItems(items: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  const client = operatorTable();
  const batches = Array.from({ length: Math.ceil(items.length / batchSize) }, (_, batch) =>
    items.slice(batch * batchSize, (batch + 1) * batchSize),
  );
  await forEachConcurrent(batches, batchesAtOnce, (batch) => putBatch(client, target().tableName, batch));
}
