import type { Message } from "../../contract/objects/message.ts";
import type { MessageSearch } from "../../contract/search.ts";
import { countFitting } from "../kernel/http/answer-size.ts";
import { invalidInput } from "../kernel/http/api-error.ts";
import { isFoundIn, type SoughtMessage, seekMessage } from "../kernel/text/message-words.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import { viewMessages } from "../messages/view.ts";
import { viewMessagesOfRooms } from "../messages/view-rooms.ts";
import { accessReadableRoom, type ReadableRoom } from "../rooms/access.ts";
import { getMessagesAt, type StoredMessage } from "../store/messages/messages.ts";
import { isThere } from "../store/rooms/heads.ts";
import { firstVisibleSeq } from "../store/rooms/history-visibility.ts";
import { searchIndex } from "../store/search/choose-index.ts";
import {
  compareTerms,
  type Position,
  type SearchedRoom,
  type TermGroup,
} from "../store/search/search-index.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { lastTime } from "../store/table/keys.ts";
import { messageTerms, textsOf } from "./index-message.ts";
import { chooseRooms, listHeads, searchedPart, searchedParts } from "./room-scope.ts";
import { checkTermGroup, readState, type SearchState, writeCursor } from "./search-cursor.ts";

interface FoundMessages {
  /** The newest first. */
  readonly messages: Message[];
  /** The number of messages that this search has found so far, including earlier responses. */
  readonly count: number;
  /** Undefined at the end. */
  readonly cursor: string | undefined;
}

/**
 * Candidates to read for each message of the page, because entries of the index may be out of date.
 */
const readsForEach = 3;

function seek(q: string): SoughtMessage {
  const sought = seekMessage(q);
  if (!sought)
    throw invalidInput([
      {
        path: "q",
        message:
          "must have a word, a number or an emoji that can be looked for: the commonest words, such as `the` and `is`, can not",
      },
    ]);
  return sought;
}

/** Returns a boundary in milliseconds since 1970, limited to the range of a message's time. */
function timeOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Math.min(Math.max(Date.parse(time), 0), lastTime);
}

/** Returns whether a message, as it is now, matches the search. */
function isFound(message: StoredMessage, search: MessageSearch, sought: SoughtMessage): boolean {
  const { sender, from, to, message_type } = search;
  if (isDeletedOrExpired(message) || message.type === "encrypted") return false;
  if (sender !== undefined && message.senderId !== sender) return false;
  if (message_type !== undefined && message.type !== message_type) return false;
  const at = Date.parse(message.at);
  if (at < (timeOf(from) ?? at) || at > (timeOf(to) ?? at)) return false;
  return isFoundIn(sought, textsOf(message));
}

/** Returns the rooms of this list that the caller may read now. */
type Access = (roomIds: readonly string[]) => Promise<readonly ReadableRoom[]>;

/** The place where a search goes on in the rooms that it searches; undefined at their end. */
type Continuation = Pick<SearchState, "position" | "words"> | undefined;

interface Collected {
  readonly stored: readonly StoredMessage[];
  readonly rooms: readonly ReadableRoom[];
  readonly next: Continuation;
  /** Returns where the search would go on from a found message. */
  readonly from: (message: Message) => Continuation;
}

/** Returns whether an earlier group of the prefix's terms has found this message. */
function wasFound(message: StoredMessage, { prefix }: SoughtMessage, { after }: TermGroup): boolean {
  return (
    prefix !== undefined &&
    after !== undefined &&
    messageTerms(message).some((term) => term.startsWith(prefix) && compareTerms(term, after) <= 0)
  );
}

/**
 * Reads the messages that the index names, as they are in the table now, until the page is full.
 * The index decides nothing: this function checks whether the caller may see a message, and whether
 * it still matches.
 */
async function collect(
  search: MessageSearch,
  parts: readonly SearchedRoom[],
  { position: start, words = {} }: SearchState,
  access: Access,
): Promise<Collected> {
  const sought = seek(search.q);
  checkTermGroup(words, sought.prefix);
  const indexCursor = (await searchIndex()).find({
    rooms: parts,
    terms: sought.terms,
    prefix: sought.prefix,
    group: words,
    senderId: search.sender,
    type: search.message_type,
    from: timeOf(search.from),
    to: timeOf(search.to),
    results: search.page_size,
    start,
  });
  const stored: StoredMessage[] = [];
  const rooms = new Map<string, ReadableRoom | undefined>();
  let reads = search.page_size * readsForEach;
  while (stored.length < search.page_size && reads > 0) {
    const wanted = Math.min(search.page_size - stored.length, reads);
    const entries = await indexCursor.take(wanted);
    reads -= entries.length;
    const unknown = [...new Set(entries.map(({ roomId }) => roomId))].filter((roomId) => !rooms.has(roomId));
    for (const roomId of unknown) rooms.set(roomId, undefined);
    if (unknown.length > 0) for (const room of await access(unknown)) rooms.set(room.head.id, room);
    const visible = entries.filter(({ roomId, seq }) => {
      const room = rooms.get(roomId);
      return room && seq >= firstVisibleSeq(room) && seq <= room.head.seq;
    });
    const found = (await getMessagesAt(visible)).filter((message) => isFound(message, search, sought));
    stored.push(...found.filter((message) => !wasFound(message, sought, words)));
    if (entries.length < wanted) break;
  }
  const touched = new Set(stored.map(({ roomId }) => roomId));
  const shown = [...rooms.values()].flatMap((room) => (room && touched.has(room.head.id) ? room : []));
  const group = indexCursor.group();
  const at = (position: Position): Continuation => ({ position, ...(group && { words: group }) });
  const position = indexCursor.position();
  const further = typeof group?.upTo === "string" ? { words: { after: group.upTo } } : undefined;
  return {
    stored,
    rooms: shown,
    next: position ? at(position) : further,
    from: ({ timestamp, room, seq }) => at({ at: Date.parse(timestamp), roomId: room, seq }),
  };
}

/**
 * Returns the found messages that fit into a response, and where to go on: at the first message
 * that does not fit.
 */
function upToFull(
  found: readonly Message[],
  { next, from }: Collected,
): { messages: Message[]; next: Continuation } {
  const fitting = countFitting(found);
  const over = found[fitting];
  return { messages: found.slice(0, fitting), next: over ? from(over) : next };
}

/** Returns the name of a search: the user and all of its conditions. Cursors belong to it. */
function nameOf(userId: string, roomId: string | null, search: MessageSearch): string {
  const { q, sender, from, to, message_type } = search;
  return JSON.stringify([userId, roomId, q, sender, from, to, message_type]);
}

/** Finds messages of a room. Throws `forbidden`, `invalid_input` and `invalid_cursor`. */
export async function searchRoomMessages(
  userId: string,
  roomId: string,
  search: MessageSearch,
): Promise<FoundMessages> {
  const name = nameOf(userId, roomId, search);
  const state = readState(name, search.cursor);
  const room = await accessReadableRoom(userId, roomId);
  const part = searchedPart(room);
  const collected = await collect(search, part ? [part] : [], state, async () => [room]);
  const { messages, next } = upToFull(await viewMessages(room, userId, collected.stored), collected);
  const count = state.count + messages.length;
  return {
    messages,
    count,
    cursor: next && writeCursor(name, { count, ...next } satisfies SearchState),
  };
}

/** Finds messages in all rooms of a user. Throws `invalid_input` and `invalid_cursor`. */
export async function searchMessages(userId: string, search: MessageSearch): Promise<FoundMessages> {
  const name = nameOf(userId, null, search);
  const state = readState(name, search.cursor);
  const all = await listHeads(userId);
  const { heads, group, next } = chooseRooms(all, state.group, search.cursor === undefined);
  const access: Access = async (roomIds) => {
    const current = await batchGet(
      { heads: roomIds, memberships: roomIds.map((roomId) => [roomId, userId] as const) },
      "consistent",
    );
    const mine = new Map(current.memberships.map((membership) => [membership.roomId, membership]));
    return current.heads.flatMap((head) => {
      const me = mine.get(head.id);
      return me && isThere(head) ? { head, me } : [];
    });
  };
  const parts = await searchedParts(userId, heads);
  const collected = await collect(search, parts, state, access);
  const { rooms, stored } = collected;
  const shown = upToFull(await viewMessagesOfRooms(userId, rooms, stored), collected);
  const count = state.count + shown.messages.length;
  const continuation = shown.next ? { ...shown.next, group } : next && { group: next };
  return {
    messages: shown.messages,
    count,
    cursor: continuation && writeCursor(name, { count, ...continuation }),
  };
}
