/**
 * The search index: the stream keeps it up to date, and it decides no access. It is in the table
 * (table-index.ts), or in an operator's OpenSearch (opensearch.ts). Whatever it finds, a message is
 * shown as the table holds it then, and only if it still matches the search.
 */
import type { MessageType } from "../../../contract/objects/message.ts";

/** A message in the index. */
export interface Entry {
  readonly roomId: string;
  readonly seq: number;
  /** When it was sent, in milliseconds since 1970. */
  readonly at: number;
  readonly senderId: string;
  readonly type: MessageType;
  /** In seconds since 1970; null for never. */
  readonly expiresAt: number | null;
}

/** A change of a message's terms. */
export interface EntryChange {
  readonly entry: Entry;
  /** All terms of the message from now on; none if no search may find it. */
  readonly terms: readonly string[];
  /** The terms that may be missing from the index, and the other terms that may be in it. */
  readonly missing: readonly string[];
  readonly obsolete: readonly string[];
}

/**
 * The place of a search: everything newer was searched. Entries are in the order of their time. At
 * the same time they are ordered by room, and in a room by seq. The entry at this place comes next.
 */
export interface Position {
  readonly at: number;
  readonly roomId: string;
  readonly seq: number;
}

/** A room to search in. */
export interface SearchedRoom {
  readonly id: string;
  /** The first message that the user may see. */
  readonly first: number;
  /**
   * The user may see nothing before this time, in milliseconds since 1970. It saves a search there.
   */
  readonly since: number;
}

/**
 * A part of the terms with a prefix, if one call cannot search for all of them. It has the terms
 * after `after` in the alphabet (undefined for the first ones), up to `upTo`. Null is up to the
 * last term, and undefined up to as many as one call searches for.
 */
export interface TermGroup {
  readonly after?: string | undefined;
  readonly upTo?: string | null | undefined;
}

/** Compares terms by bytes, as the table orders keys. */
export function compareTerms(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

export interface SearchRequest {
  readonly rooms: readonly SearchedRoom[];
  readonly terms: readonly string[];
  /** The prefix of one further term. */
  readonly prefix: string | undefined;
  /** The part of the terms with the prefix, if the search has no other term. */
  readonly group: TermGroup;
  readonly senderId: string | undefined;
  readonly type: MessageType | undefined;
  /** Milliseconds since 1970, both included. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** The number of messages in an answer. */
  readonly results: number;
  /** Undefined for the newest. */
  readonly start: Position | undefined;
}

/** A search in progress. */
export interface SearchCursor {
  /**
   * Returns up to `count` next entries, the newest first. Fewer come only at the end, or if it has
   * searched far enough.
   */
  take(count: number): Promise<Entry[]>;
  /** Returns where the search continues; undefined at the end. */
  position(): Position | undefined;
  /** Returns the group that was searched, with its end; undefined if the index has no groups. */
  group(): TermGroup | undefined;
}

/** An entry of one term, or of all terms of its message. */
export interface KeptEntry {
  readonly seq: number;
  readonly at: number;
  readonly term: string | undefined;
}

export interface SearchIndex {
  change(changes: readonly EntryChange[]): Promise<void>;
  find(wanted: SearchRequest): SearchCursor;
  /** Removes the entries of a message that has expired. */
  forget(roomId: string, seq: number): Promise<void>;
  /**
   * Removes the entries of a room up to a seq, or all, as long as there is time. Returns false if
   * something is left.
   */
  remove(roomId: string, last: number | undefined, hasTime: () => boolean): Promise<boolean>;
  /**
   * Returns a page of the entries of a room, and the cursor of the next page; undefined for none.
   */
  list(
    roomId: string,
    after: string | undefined,
  ): Promise<{ entries: KeptEntry[]; next: string | undefined }>;
}
