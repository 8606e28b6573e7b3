/** The postings of messages, as the table holds them. */
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { keys, postingOfKey } from "./internals.ts";
import { itemsAt, operatorTable } from "./operator.ts";
import { seedItems } from "./seed-items.ts";
import { target } from "./target.ts";

/** Returns, by seq, the terms that find a message of the room, in alphabetical order. */
export async function termsOfRoom(roomId: string): Promise<Record<number, string[]>> {
  const terms: Record<number, string[]> = {};
  for (const { sk } of await itemsAt(keys.postingsOf(roomId).pk)) {
    const { seq, term } = postingOfKey(sk);
    terms[seq] = [...(terms[seq] ?? []), term];
  }
  return terms;
}

/** Deletes all postings of a room, without the functions. */
export async function losePostings(roomId: string): Promise<void> {
  for (const { pk, sk } of await itemsAt(keys.postingsOf(roomId).pk))
    await operatorTable().send(new DeleteCommand({ TableName: target().tableName, Key: { pk, sk } }));
}

/** Puts postings without messages, as if `by` had sent these. */
export function seedPostings(
  roomId: string,
  term: string,
  places: readonly string[],
  by: string,
): Promise<void> {
  return seedItems(places.map((place) => ({ ...keys.posting(roomId, term, place), by })));
}

export function seedPosting(roomId: string, term: string, place: string, by: string): Promise<void> {
  return seedPostings(roomId, term, [place], by);
}
