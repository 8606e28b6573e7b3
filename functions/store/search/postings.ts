/**
 * Postings: the search index in the table. One item for each term of a message, which holds all that a search filters by.
 *   messages by a term, newest first     TERMS#r / term # time # seq
 *   terms by their beginning             TERMS#r / one query each, past the postings of the one before
 * The time comes before the seq so that dates, and the places where searches of several rooms go on, are ranges of keys.
 */
import type { MessageType } from "../../../contract/objects/message.ts";
import { isPast } from "../../kernel/runtime/time.ts";
import { afterPrefix, afterTerm, keys, placeOf, postingOfKey } from "../table/keys.ts";
import { type Item, query } from "../table/table.ts";
import { compareTerms, type Entry, type TermGroup } from "./search-index.ts";

/** A posting as it is stored. What is as it mostly is takes no room. */
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
    // Safe: written by newPostingItem alone.
    type: (item.type as MessageType | undefined) ?? "text",
    expiresAt: typeof item.expires_at === "number" ? item.expires_at : null,
  };
}

/** What a search may still ask of the table. */
export interface Allowance {
  queries: number;
}

/** Postings of one term, or of several that begin alike, from any place on: the newest first. */
export interface PostingStream {
  /** The newest posting that is not newer than a place; undefined if there is none. Places only ever get older. */
  seek(place: string): Promise<Entry | undefined>;
}

/** Postings of a query: as many as one read unit of 4 KB holds, so fewer would cost the same. */
const pageSize = 30;

function placed(entry: Entry): string {
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
      const newest = buffer.find((entry) => placed(entry) <= place && !isPast(entry.expiresAt));
      if (newest) {
        buffer = buffer.slice(buffer.indexOf(newest));
        return newest;
      }
      if (isOver) return undefined;
      // A page of postings whose time is over: on with what is older.
      const oldest = buffer.at(-1);
      if (oldest && placed(oldest) <= place) high = placeOf(oldest.at, oldest.seq - 1);
      await read(high);
    }
  };
  return { seek };
}

/** The newest of several streams. */
export function createUnionStream(streams: readonly PostingStream[]): PostingStream {
  return {
    seek: async (place) => {
      const found = await Promise.all(streams.map((stream) => stream.seek(place)));
      return found.reduce<Entry | undefined>(
        (newest, entry) => (entry && (!newest || placed(entry) > placed(newest)) ? entry : newest),
        undefined,
      );
    },
  };
}

/**
 * The first term of a room that begins so, behind one of them and up to another where these are given: what is read is its
 * first posting. A term that is no more than the beginning comes first.
 */
export async function getTerm(
  roomId: string,
  beginning: string,
  { after, upTo }: TermGroup,
): Promise<string | undefined> {
  const from = after === undefined ? beginning : afterTerm(after);
  const to = typeof upTo === "string" ? afterTerm(upTo) : afterPrefix(beginning);
  // A cursor that somebody made may say so, and the table refuses it.
  if (compareTerms(from, to) > 0) return undefined;
  const [item] = await query({
    KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
    ExpressionAttributeValues: { ":pk": keys.postingsOf(roomId).pk, ":from": from, ":to": to },
    Limit: 1,
  });
  return item && postingOfKey(String(item.sk)).term;
}

/** The terms of a room that begin so, in the order of the alphabet, at most so many. */
export async function listTerms(roomId: string, beginning: string, most: number): Promise<string[]> {
  const terms: string[] = [];
  while (terms.length < most) {
    const term = await getTerm(roomId, beginning, { after: terms.at(-1) });
    if (term === undefined) break;
    terms.push(term);
  }
  return terms;
}
