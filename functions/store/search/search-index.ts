/**
 * What messages are found by: kept beside them, behind the stream, and never asked who may read what. It is in the table
 * (table-index.ts), or in an OpenSearch of the operator's (opensearch.ts). Whatever it says, a message is shown as it stands
 * in the table then, and only where it still says what was sought.
 */
import type { MessageType } from "../../../contract/objects/message.ts";
import { environment } from "../../kernel/runtime/environment.ts";

/** A message as it is found. */
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

/** What becomes of the terms of a message. */
export interface EntryChange {
  readonly entry: Entry;
  /** All that it is found by from now on; none where it is not to be found. */
  readonly terms: readonly string[];
  /** Those of them that may be missing, and those others that may be there. */
  readonly missing: readonly string[];
  readonly gone: readonly string[];
}

/**
 * Where a search stands: everything newer has been looked at. Entries are in the order of their time, those of the same
 * moment by room, and those of a room by seq; this one, and those after it, come next.
 */
export interface Position {
  readonly at: number;
  readonly roomId: string;
  readonly seq: number;
}

/** A room in which to look. */
export interface SearchedRoom {
  readonly id: string;
  /** The first message that may be seen. */
  readonly first: number;
  /** Nothing before this time may be seen, in milliseconds since 1970; it saves looking there. */
  readonly since: number;
}

/**
 * Of the terms that begin as somebody typed, those that are looked for at once, where they are too many: by the alphabet,
 * those behind `after` (undefined for the first ones), up to `upTo`; null for all that are left, undefined for as many as
 * one call looks for.
 */
export interface TermGroup {
  readonly after?: string | undefined;
  readonly upTo?: string | null | undefined;
}

/** The order of terms: that of the table's keys, which is by bytes. */
export function compareTerms(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

export interface SearchRequest {
  readonly rooms: readonly SearchedRoom[];
  readonly terms: readonly string[];
  /** How one further term begins. */
  readonly prefix: string | undefined;
  /** Which of these, where nothing but they is looked for. */
  readonly group: TermGroup;
  readonly senderId: string | undefined;
  readonly type: MessageType | undefined;
  /** Milliseconds since 1970, both included. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** How many messages an answer shows. */
  readonly results: number;
  /** Undefined for the newest. */
  readonly start: Position | undefined;
}

/** A search that is under way. */
export interface SearchCursor {
  /** The next entries, the newest first, at most so many; fewer only at the end, or where it has looked far enough. */
  take(count: number): Promise<Entry[]>;
  /** Where it goes on; undefined at the end. */
  position(): Position | undefined;
  /** The group that was looked for, with its end; undefined where terms are in no groups. */
  group(): TermGroup | undefined;
}

/** An entry as it is kept, of one term or of all that its message has. */
export interface KeptEntry {
  readonly seq: number;
  readonly at: number;
  readonly term: string | undefined;
}

export interface SearchIndex {
  change(changes: readonly EntryChange[]): Promise<void>;
  find(wanted: SearchRequest): SearchCursor;
  /** Sees to a message that is gone because its time was over. */
  forget(roomId: string, seq: number): Promise<void>;
  /** Removes the entries of a room up to a seq, or all, for as long as there is time; false if something is left. */
  remove(roomId: string, last: number | undefined, hasTime: () => boolean): Promise<boolean>;
  /** A page of what is kept of a room, and the cursor of the next one; undefined for none. */
  list(
    roomId: string,
    after: string | undefined,
  ): Promise<{ entries: KeptEntry[]; next: string | undefined }>;
}

let index: Promise<SearchIndex> | undefined;

/** The index that the stack has chosen; the other one is not even read. */
export function searchIndex(): Promise<SearchIndex> {
  index ??= environment.openSearchEndpoint
    ? import("./opensearch.ts").then((module) => module.openSearchIndex)
    : import("./table-index.ts").then((module) => module.tableIndex);
  return index;
}
