/** What messages are found by, as it stands in the table. */
import { BatchWriteCommand, DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { keys, posted } from "../../functions/data/keys.ts";
import { forEach } from "../../functions/kernel/for-each.ts";
import { itemsAt, operatorTable } from "./operator.ts";
import { target } from "./target.ts";

/** By seq: the terms by which a message of the room is found, in the order of the alphabet. */
export const termsOfRoom = async (roomId: string): Promise<Record<number, string[]>> => {
  const terms: Record<number, string[]> = {};
  for (const { sk } of await itemsAt(keys.postingsOf(roomId).pk)) {
    const { seq, term } = posted(sk);
    terms[seq] = [...(terms[seq] ?? []), term];
  }
  return terms;
};

/** Loses all of it, behind the back of the functions. */
export const losePostings = async (roomId: string): Promise<void> => {
  for (const { pk, sk } of await itemsAt(keys.postingsOf(roomId).pk))
    await operatorTable().send(new DeleteCommand({ TableName: target().tableName, Key: { pk, sk } }));
};

/** BatchWriteItem takes at most 25 items. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const batchSize = 25;
const batchesAtOnce = 10;

/** Puts postings that nothing stands behind, as of messages that `by` sent. */
export const plantPostings = async (
  roomId: string,
  term: string,
  places: readonly string[],
  by: string,
): Promise<void> => {
  const client = operatorTable();
  const batches = Array.from({ length: Math.ceil(places.length / batchSize) }, (_, batch) =>
    places.slice(batch * batchSize, (batch + 1) * batchSize),
  );
  await forEach(batches, batchesAtOnce, async (batch) => {
    const puts = batch.map((place) => ({
      PutRequest: { Item: { ...keys.posting(roomId, term, place), by } },
    }));
    await client.send(new BatchWriteCommand({ RequestItems: { [target().tableName]: puts } }));
  });
};

export const plantPosting = (roomId: string, term: string, place: string, by: string): Promise<void> =>
  plantPostings(roomId, term, [place], by);
