/** The search index in the table (see postings.ts): writes, lists and removes postings. */
import { setTimeout as sleep } from "node:timers/promises";
import { keyOf, keys, placeOf, postingOfKey } from "../table/keys.ts";
import { type Item, query, writeItems } from "../table/table.ts";
import { createTableCursor } from "./find-postings.ts";
import { newPostingItem } from "./postings.ts";
import type { EntryChange, SearchIndex } from "./search-index.ts";

async function change(changes: readonly EntryChange[]): Promise<void> {
  await writeItems(
    changes.flatMap(({ entry, missing, obsolete }) => [
      ...missing.map((term) => ({ put: newPostingItem(entry, term) })),
      ...obsolete.map((term) => ({ delete: keys.posting(entry.roomId, term, placeOf(entry.at, entry.seq)) })),
    ]),
  );
}

const pageSize = 100;

/** Returns a page of a room's postings in the order of their keys, after one of them. */
async function listPage(roomId: string, after: string | undefined): Promise<Item[]> {
  return query({
    KeyConditionExpression: after === undefined ? "pk = :pk" : "pk = :pk AND sk > :after",
    ExpressionAttributeValues: {
      ":pk": keys.postingsOf(roomId).pk,
      ...(after !== undefined && { ":after": after }),
    },
    ProjectionExpression: "pk, sk",
    Limit: pageSize,
    // Removed postings must not come again, and new ones must be seen.
    ConsistentRead: true,
  });
}

/** Write units a second, as for the other items of a deleted room (see room-items.ts). */
const unitsPerSecond = 400;

async function remove(roomId: string, last: number | undefined, hasTime: () => boolean): Promise<boolean> {
  const began = performance.now();
  let units = 0;
  let after: string | undefined;
  for (;;) {
    if (!hasTime()) return false;
    const items = await listPage(roomId, after);
    if (items.length === 0) return true;
    after = String(items.at(-1)?.sk);
    const unwanted = items.filter((item) => last === undefined || postingOfKey(String(item.sk)).seq <= last);
    units += await writeItems(unwanted.map((item) => ({ delete: keyOf(item) })));
    const ahead = (units / unitsPerSecond) * 1000 - (performance.now() - began);
    if (ahead > 0) await sleep(ahead);
  }
}

export const tableIndex: SearchIndex = {
  change,
  find: createTableCursor,
  // Postings have the `expires_at` of their message, so the TTL deletes them.
  forget: async () => {},
  remove,
  list: async (roomId, after) => {
    const items = await listPage(roomId, after);
    return {
      entries: items.map((item) => postingOfKey(String(item.sk))),
      next: items.length < pageSize ? undefined : String(items.at(-1)?.sk),
    };
  },
};
