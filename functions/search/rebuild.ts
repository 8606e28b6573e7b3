import { setTimeout as sleep } from "node:timers/promises";
import { getMessages, listMessagesBetween, type StoredMessage } from "../store/messages/messages.ts";
import { getHead, type Head, isThere } from "../store/rooms/heads.ts";
import { searchIndex } from "../store/search/choose-index.ts";
import type { EntryChange, KeptEntry } from "../store/search/search-index.ts";
import { indexMessage, isSame, messageTerms, searchEntryOf } from "./index-message.ts";

/** The number of messages in a step. */
const stepSize = 50;

/**
 * Terms that a rebuild writes per second: a partition takes 1,000 units, and the room stays in use.
 */
const termsPerSecond = 400;

/**
 * Returns the searchable seqs of a room: none below the floor of a direct room, and none of a
 * deleted room.
 */
function rangeOf(head: Head | undefined): { readonly first: number; readonly last: number } {
  return !isThere(head) ? { first: 1, last: 0 } : { first: head.floor + 1, last: head.seq };
}

/**
 * Writes all entries of some messages, and writes again for messages that changed meanwhile.
 * Returns the number of terms that it wrote.
 */
async function writeEntries(messages: readonly StoredMessage[]): Promise<number> {
  const [first, last] = [messages[0], messages.at(-1)];
  if (!first || !last) return 0;
  const index = await searchIndex();
  const changes: EntryChange[] = messages.map((message) => {
    const terms = messageTerms(message);
    return { entry: searchEntryOf(message), terms, missing: terms, obsolete: [] };
  });
  await index.change(changes.filter(({ terms }) => terms.length > 0));
  const now = await getMessages(
    first.roomId,
    messages.map(({ seq }) => seq),
  );
  const bySeq = new Map(now.map((message) => [message.seq, message]));
  for (const { entry, terms } of changes) {
    const current = messageTerms(bySeq.get(entry.seq));
    if (!isSame(current, terms)) await indexMessage(entry, terms, current);
  }
  return changes.reduce((sum, { terms }) => sum + terms.length, 0);
}

/** Returns whether an entry, of one term or of all terms, is one that its message should have. */
function isRight({ term }: KeptEntry, terms: readonly string[]): boolean {
  return term === undefined ? terms.length > 0 : terms.includes(term);
}

/** Removes entries that their messages should not have. Returns the number of removed entries. */
async function removeStale(roomId: string, kept: readonly KeptEntry[], first: number): Promise<number> {
  const messages = await getMessages(
    roomId,
    kept.map(({ seq }) => seq),
  );
  const bySeq = new Map(messages.map((message) => [message.seq, message]));
  const stale = kept.filter((entry) => !isRight(entry, messageTerms(bySeq.get(entry.seq))));
  const misplaced = kept.filter((entry) => {
    const message = bySeq.get(entry.seq);
    return !message || entry.seq < first || searchEntryOf(message).at !== entry.at;
  });
  const index = await searchIndex();
  // No later state of their messages can make these entries right.
  await index.change(
    misplaced.map(({ seq, at, term }) => ({
      entry: { roomId, seq, at, senderId: "", type: "text", expiresAt: null },
      terms: [],
      missing: [],
      obsolete: term === undefined ? [] : [term],
    })),
  );
  const others = stale.filter((entry) => !misplaced.includes(entry));
  for (const [seq, entries] of Map.groupBy(others, (entry) => entry.seq)) {
    const message = bySeq.get(seq);
    const terms = messageTerms(message);
    const removable = entries.flatMap(({ term }) => term ?? []);
    if (message) await indexMessage(searchEntryOf(message), [...terms, ...removable], terms);
  }
  return misplaced.length + others.length;
}

/**
 * The progress of a rebuild. First it is at a message, out of the messages that existed when it
 * began: the stream indexes later ones. After all messages it is at an entry.
 */
type Place = { readonly seq: number; readonly last: number } | { readonly key: string | undefined };

function cursorOf(place: Place): string {
  return "key" in place ? `entry ${place.key}` : `message ${place.seq} ${place.last}`;
}

function parseCursor(cursor: string): Place {
  const message = /^message (\d+) (\d+)$/.exec(cursor);
  if (message) return { seq: Number(message[1]), last: Number(message[2]) };
  const [, key] = /^entry (.+)$/su.exec(cursor) ?? [];
  if (key === undefined) throw new Error(`There is no cursor ${JSON.stringify(cursor)} of a room's search.`);
  return { key };
}

/**
 * Rebuilds a room's entries in the search index: first writes the entries of its messages, then
 * removes stale ones. Calls may run while the room is in use, after an interrupted call, and
 * concurrently. Returns the cursor to go on from when time runs out; undefined when it is done.
 */
export async function rebuildSearch(
  roomId: string,
  after: string | undefined,
  hasTime: () => boolean,
): Promise<string | undefined> {
  const range = rangeOf(await getHead(roomId, "consistent"));
  const index = await searchIndex();
  const began = performance.now();
  let written = 0;
  const slowDown = async (terms: number): Promise<void> => {
    written += terms;
    const ahead = (written / termsPerSecond) * 1000 - (performance.now() - began);
    if (ahead > 0) await sleep(ahead);
  };

  const start = after === undefined ? { seq: 0, last: range.last } : parseCursor(after);
  let key = "key" in start ? start.key : undefined;
  if ("seq" in start)
    for (let first = Math.max(range.first, start.seq + 1); first <= start.last; first += stepSize) {
      const last = Math.min(first + stepSize - 1, start.last);
      await slowDown(
        await writeEntries(
          await listMessagesBetween(roomId, { first, last, limit: stepSize, newest: false }),
        ),
      );
      if (!hasTime()) return cursorOf({ seq: last, last: start.last });
    }
  for (;;) {
    const { entries, next } = await index.list(roomId, key);
    await slowDown(await removeStale(roomId, entries, range.first));
    if (next === undefined) return undefined;
    if (!hasTime()) return cursorOf({ key: next });
    key = next;
  }
}

/**
 * Removes the entries of a deleted room, or those of messages before a direct room was reopened.
 * Works while there is time, and returns false if something is left. `head` is the room's present
 * head. If a call of indexMessage writes later for a removed message, that call removes its entries
 * itself.
 */
export async function removeEntriesOfRoom(head: Head, hasTime: () => boolean): Promise<boolean> {
  const isDeleted = head.status === "deleted";
  const last = isDeleted ? head.seq : head.floor;
  const isOver = isDeleted && head.type !== "direct";
  if (last === 0 && !isOver) return true;
  return (await searchIndex()).remove(head.id, isOver ? undefined : last, hasTime);
}
