/**
 * Postings: the search index in the table. Each term of a message has one item, which holds all
 * fields that a search filters by.
 *   messages by a term, newest first     TERMS#r / term # time # seq
 *   terms by their prefix                TERMS#r / one query each, past the one before
 * The time comes before the seq. So dates, and the places where searches of several rooms continue,
 * are ranges of keys.
 */
import type { MessageType } from "../../../contract/objects/message.ts";
import { isPast } from "../../kernel/runtime/time.ts";
import { afterPrefix, afterTerm, keys, placeOf, postingOfKey } from "../table/keys.ts";
import { type Item, query } from "../table/table.ts";
import { compareTerms, type Entry, type TermGroup } from "./search-index.ts";

/** Returns the item of a posting. Usual values take no attribute. */
export function newPostingItem(entry: Entry, term: string) {
  return {
    ...keys.posting(entry.roomId, term, placeOf(entry.at, entry.seq)),
    by: entry.senderId,
    ...(entry.type !== "text" && { type: entry.type }),
    ...(entry.expiresAt !== null && { expires_at: entry.expiresAt }),
  };
}

function entryFromPosting(roomId: string, item: Item): Entry {
  const { at, seq } = postingOfKey(String(item.sk));
  return {
    roomId,
    seq,
    at,
    senderId: String(item.by),
    // Safe: only newPostingItem writes it.
    type: (item.type as MessageType | undefined) ?? "text",
    expiresAt: typeof item.expires_at === "number" ? item.expires_at : null,
  };
}

/** The queries that a search may still make. */
export interface Allowance {
  queries: number;
}

/** Postings of one term, or of several with the same prefix, the newest first. */
export interface PostingStream {
  /**
   * Returns the newest posting that is not newer than a place; undefined if there is none. No
   * place may be newer than the one before.
   */
  seek(place: string): Promise<Entry | undefined>;
}

/** Postings of a query: one read unit of 4 KB holds as many, so fewer would cost the same. */
const pageSize = 30;

function placeOfEntry(entry: Entry): string {
  return placeOf(entry.at, entry.seq);
}

export function createPostingStream(
  roomId: string,
  term: string,
  low: string,
  allowance: Allowance,
): PostingStream {
  let buffer: Entry[] = [];
  let isOver = false;

  const read = async (place: string): Promise<void> => {
    if (place < low) {
      isOver = true;
      return;
    }
    allowance.queries -= 1;
    const { pk, sk } = keys.posting(roomId, term, place);
    const items = await query({
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :low AND :high",
      ExpressionAttributeValues: { ":pk": pk, ":low": keys.posting(roomId, term, low).sk, ":high": sk },
      ScanIndexForward: false,
      Limit: pageSize,
    });
    buffer = items.map((item) => entryFromPosting(roomId, item));
    isOver = items.length < pageSize;
  };

  const seek = async (place: string): Promise<Entry | undefined> => {
    let high = place;
    for (;;) {
      const newest = buffer.find((entry) => placeOfEntry(entry) <= place && !isPast(entry.expiresAt));
      if (newest) {
        buffer = buffer.slice(buffer.indexOf(newest));
        return newest;
      }
      if (isOver) return undefined;
      // All postings of this page have expired: it continues with older ones.
      const oldest = buffer.at(-1);
      if (oldest && placeOfEntry(oldest) <= place) high = placeOf(oldest.at, oldest.seq - 1);
      await read(high);
    }
  };
  return { seek };
}

/** Returns the union of several streams. */
export function createUnionStream(streams: readonly PostingStream[]): PostingStream {
  return {
    seek: async (place) => {
      const found = await Promise.all(streams.map((stream) => stream.seek(place)));
      return found.reduce<Entry | undefined>(
        (newest, entry) =>
          entry && (!newest || placeOfEntry(entry) > placeOfEntry(newest)) ? entry : newest,
        undefined,
      );
    },
  };
}

/**
 * Returns the first term of a room that begins with a prefix, after one term and up to another if
 * these are given. It reads the term's first posting. A term that equals the prefix comes first.
 */
export async function getTerm(
  roomId: string,
  prefix: string,
  { after, upTo }: TermGroup,
): Promise<string | undefined> {
  const from = after === undefined ? prefix : afterTerm(after);
  const to = typeof upTo === "string" ? afterTerm(upTo) : afterPrefix(prefix);
  // A made-up cursor may have such bounds, and the table refuses them.
  if (compareTerms(from, to) > 0) return undefined;
  const [item] = await query({
    KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
    ExpressionAttributeValues: { ":pk": keys.postingsOf(roomId).pk, ":from": from, ":to": to },
    Limit: 1,
  });
  return item && postingOfKey(String(item.sk)).term;
}

/** Returns up to `most` terms of a room that begin with a prefix, in alphabetical order. */
export async function listTerms(roomId: string, prefix: string, most: number): Promise<string[]> {
  const terms: string[] = [];
  while (terms.length < most) {
    const term = await getTerm(roomId, prefix, { after: terms.at(-1) });
    if (term === undefined) break;
    terms.push(term);
  }
  return terms;
}
