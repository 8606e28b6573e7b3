/** What messages are found by, as it stands in the table. */
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { keys, posted } from "./internals.ts";
import { itemsAt, operatorTable } from "./operator.ts";
import { seedItems } from "./seed-items.ts";
import { target } from "./target.ts";

/** By seq: the terms by which a message of the room is found, in the order of the alphabet. */
export async function termsOfRoom(roomId: string): Promise<Record<number, string[]>> {
  const terms: Record<number, string[]> = {};
  for (const { sk } of await itemsAt(keys.postingsOf(roomId).pk)) {
    const { seq, term } = posted(sk);
    terms[seq] = [...(terms[seq] ?? []), term];
  }
  return terms;
}

/** Loses all of it, behind the back of the functions. */
export async function losePostings(roomId: string): Promise<void> {
  for (const { pk, sk } of await itemsAt(keys.postingsOf(roomId).pk))
    await operatorTable().send(new DeleteCommand({ TableName: target().tableName, Key: { pk, sk } }));
}

/** Puts postings that nothing stands behind, as of messages that `by` sent. */
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
