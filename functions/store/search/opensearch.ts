/**
 * The search index in an operator's OpenSearch: one document for each message. It has the terms
 * that the table would have postings of, so both indexes find the same messages.
 *   one                       <room>-<seq>
 * Paths and bodies: https://docs.opensearch.org/latest/api-reference/
 */
import { ApiError } from "../../kernel/http/api-error.ts";
import { messageId } from "../../kernel/runtime/ids.ts";
import { epochSeconds } from "../../kernel/runtime/time.ts";
import { callOpenSearch } from "./opensearch-client.ts";
import type {
  Entry,
  EntryChange,
  KeptEntry,
  Position,
  SearchCursor,
  SearchIndex,
  SearchRequest,
} from "./search-index.ts";

const indexName = "parley-messages";

/** OpenSearch compares terms unchanged: functions have folded them. */
const definition = {
  mappings: {
    dynamic: "strict",
    properties: {
      room: { type: "keyword" },
      seq: { type: "long" },
      at: { type: "long" },
      sender: { type: "keyword" },
      type: { type: "keyword" },
      expires_at: { type: "long" },
      terms: { type: "keyword" },
    },
  },
} as const;

interface FoundDocument {
  readonly room: string;
  readonly seq: number;
  readonly at: number;
  readonly sender: string;
  readonly type: Entry["type"];
  readonly expires_at: number | null;
}

interface Document extends FoundDocument {
  readonly terms: readonly string[];
}

let indexMade: Promise<void> | undefined;

/**
 * Makes the index with its mapping. A document before that would make OpenSearch guess a mapping of
 * its own.
 */
async function makeIndex(): Promise<void> {
  const { status, body } = await callOpenSearch("PUT", `/${indexName}`, definition);
  const isThere = status === 400 && JSON.stringify(body).includes("resource_already_exists_exception");
  if (status !== 200 && !isThere) throw failed("index could not be made", status, body);
}

function failed(what: string, status: number, body: unknown): Error {
  return new Error(`OpenSearch: the ${what}: ${status} ${JSON.stringify(body).slice(0, 500)}`);
}

function ensureIndex(): Promise<void> {
  indexMade ??= makeIndex().catch((error: unknown) => {
    indexMade = undefined;
    throw error;
  });
  return indexMade;
}

/** The fields of an answer to `_bulk` that are read. */
interface BulkAnswer {
  readonly errors: boolean;
  readonly items: readonly Readonly<
    Record<string, { readonly status: number; readonly error?: { readonly type: string } }>
  >[];
}

/** Attempts to send a part: the second one makes the index again, if an operator deleted it. */
const bulkAttempts = 2;

type BulkLine = { readonly index: Document } | { readonly delete: { room: string; seq: number } };

/**
 * Documents of a part, which stays within 1 MB: a document has up to 100 terms of 20 characters of
 * four bytes.
 */
const bulkSize = 100;

/**
 * Sends a part. Returns false if the index no longer exists and the domain creates none by itself
 * (docs/deploying.md). Then each document is refused, and the request is not.
 * https://docs.opensearch.org/latest/install-and-configure/configuring-opensearch/index-settings/
 */
async function sendPart(text: string): Promise<boolean> {
  await ensureIndex();
  const { status, body } = await callOpenSearch("POST", `/${indexName}/_bulk`, text);
  if (status !== 200) throw failed("documents were not taken", status, body);
  // Safe: the shape of an answer with status 200. A deletion of a missing document answers 404,
  // without an error.
  const { errors, items } = body as BulkAnswer;
  const bad = errors
    ? items
        .flatMap((item) => Object.values(item))
        .find(({ status: one, error }) => one >= 300 && (one !== 404 || error))
    : undefined;
  if (bad?.error?.type === "index_not_found_exception") return false;
  if (bad) throw failed("documents were not all taken", bad.status, bad);
  return true;
}

async function bulk(lines: readonly BulkLine[]): Promise<void> {
  for (let at = 0; at < lines.length; at += bulkSize) {
    const part = lines.slice(at, at + bulkSize);
    const text = part
      .map((line) =>
        "index" in line
          ? `${JSON.stringify({ index: { _id: messageId(line.index.room, line.index.seq) } })}\n${JSON.stringify(line.index)}\n`
          : `${JSON.stringify({ delete: { _id: messageId(line.delete.room, line.delete.seq) } })}\n`,
      )
      .join("");
    for (let attempt = 1; !(await sendPart(text)); attempt += 1) {
      if (attempt === bulkAttempts)
        throw new Error("OpenSearch: the index is deleted as soon as it is made.");
      indexMade = undefined;
    }
  }
}

function change(changes: readonly EntryChange[]): Promise<void> {
  return bulk(
    changes.map(({ entry, terms }) =>
      terms.length === 0
        ? { delete: { room: entry.roomId, seq: entry.seq } }
        : {
            index: {
              room: entry.roomId,
              seq: entry.seq,
              at: entry.at,
              sender: entry.senderId,
              type: entry.type,
              expires_at: entry.expiresAt,
              terms,
            },
          },
    ),
  );
}

/** The fields of an answer to `_search` that are read. */
interface SearchAnswer {
  readonly hits: { readonly hits: readonly { readonly _source: FoundDocument }[] };
}

async function search(body: object): Promise<FoundDocument[]> {
  // The parameters of a search stand in its body: those in the URL of a signed POST are ignored.
  // https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-signing-service-requests.html
  const answer = await callOpenSearch("POST", `/${indexName}/_search`, {
    track_total_hits: false,
    _source: ["room", "seq", "at", "sender", "type", "expires_at"],
    ...body,
  });
  // No message was ever indexed.
  if (answer.status === 404) return [];
  if (answer.status === 429 || answer.status === 503)
    throw new ApiError("unavailable", "The search is busy: try again in a moment.", { retryAfter: 1 });
  if (answer.status !== 200) throw failed("search failed", answer.status, answer.body);
  // Safe: the shape of an answer with status 200.
  return (answer.body as SearchAnswer).hits.hits.map((hit) => hit._source);
}

function entryOf({ room, seq, at, sender, type, expires_at }: FoundDocument): Entry {
  return {
    roomId: room,
    seq,
    at,
    senderId: sender,
    type,
    expiresAt: expires_at,
  };
}

/**
 * Returns the condition on rooms. Rooms with a visible history from the start share one clause.
 * Each other room has its first message and its time.
 */
function roomsOf({ rooms }: SearchRequest): object {
  const whole = rooms.filter(({ first, since }) => first <= 1 && since === 0);
  const others = rooms.filter((room) => !whole.includes(room));
  return {
    bool: {
      minimum_should_match: 1,
      should: [
        { terms: { room: whole.map(({ id }) => id) } },
        ...others.map(({ id, first, since }) => ({
          bool: {
            filter: [
              { term: { room: id } },
              { range: { seq: { gte: first } } },
              { range: { at: { gte: since } } },
            ],
          },
        })),
      ],
    },
  };
}

function queryOf(wanted: SearchRequest): object {
  return {
    bool: {
      filter: [
        roomsOf(wanted),
        ...wanted.terms.map((term) => ({ term: { terms: term } })),
        ...(wanted.prefix === undefined ? [] : [{ prefix: { terms: wanted.prefix } }]),
        ...(wanted.senderId === undefined ? [] : [{ term: { sender: wanted.senderId } }]),
        ...(wanted.type === undefined ? [] : [{ term: { type: wanted.type } }]),
        ...(wanted.from === undefined && wanted.to === undefined
          ? []
          : [{ range: { at: { gte: wanted.from, lte: wanted.to } } }]),
      ],
      must_not: [{ range: { expires_at: { lte: epochSeconds() } } }],
    },
  };
}

const newestFirst = [{ at: "desc" }, { room: "asc" }, { seq: "desc" }] as const;

function find(wanted: SearchRequest): SearchCursor {
  let position: Position | undefined = wanted.start;
  const take = async (count: number): Promise<Entry[]> => {
    const found = await search({
      size: count,
      query: queryOf(wanted),
      sort: newestFirst,
      // The search continues after the place just before the position.
      ...(position && { search_after: [position.at, position.roomId, position.seq + 1] }),
    });
    const last = found.at(-1);
    position =
      last && found.length === count ? { at: last.at, roomId: last.room, seq: last.seq - 1 } : undefined;
    return found.map(entryOf);
  };
  return { take, position: () => position, group: () => undefined };
}

const pageSize = 500;

/** Returns documents of a room from a seq on, the oldest first. */
function listFrom(roomId: string, first: number): Promise<FoundDocument[]> {
  return search({
    size: pageSize,
    query: { bool: { filter: [{ term: { room: roomId } }, { range: { seq: { gte: first } } }] } },
    sort: [{ seq: "asc" }],
  });
}

/**
 * Removes documents of a room by their ids, since a serverless collection has no deletion by a
 * query.
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-genref.html
 */
async function remove(roomId: string, last: number | undefined, hasTime: () => boolean): Promise<boolean> {
  // A search finds deleted documents until the index is refreshed, so the next page starts after
  // this one.
  let first = 0;
  for (;;) {
    if (!hasTime()) return false;
    const documents = await listFrom(roomId, first);
    const unwanted = documents.filter(({ seq }) => last === undefined || seq <= last);
    await bulk(unwanted.map(({ room, seq }) => ({ delete: { room, seq } })));
    if (unwanted.length < pageSize) return true;
    first = (unwanted.at(-1)?.seq ?? 0) + 1;
  }
}

export const openSearchIndex: SearchIndex = {
  change,
  find,
  forget: (room, seq) => bulk([{ delete: { room, seq } }]),
  remove,
  list: async (roomId, after) => {
    const documents = await listFrom(roomId, after === undefined ? 0 : Number(after) + 1);
    const entries: KeptEntry[] = documents.map(({ seq, at }) => ({ seq, at, term: undefined }));
    return { entries, next: entries.length < pageSize ? undefined : String(entries.at(-1)?.seq) };
  },
};
