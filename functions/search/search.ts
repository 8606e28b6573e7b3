import type { Message } from "../../contract/objects/message.ts";
import type { MessageSearch } from "../../contract/search.ts";
import { countFitting } from "../kernel/http/answer-size.ts";
import { invalidInput } from "../kernel/http/api-error.ts";
import { isFoundIn, type SoughtMessage, seekMessage } from "../kernel/text/message-words.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import { viewMessages } from "../messages/view.ts";
import { viewMessagesOfRooms } from "../messages/view-rooms.ts";
import { accessReadableRoom, firstVisibleSeq, type ReadableRoom } from "../rooms/access.ts";
import { getMessagesAt, type StoredMessage } from "../store/messages/messages.ts";
import { isThere } from "../store/rooms/heads.ts";
import {
  compareTerms,
  type Position,
  type SearchedRoom,
  searchIndex,
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
  /** How many this search has found so far, with those of earlier answers. */
  readonly count: number;
  /** Undefined at the end. */
  readonly cursor: string | undefined;
}

/** Candidates that are read for a message shown: an entry of the index may be out of date. */
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

/** A boundary in milliseconds since 1970: no message is outside of the times that a place holds. */
function timeOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Math.min(Math.max(Date.parse(time), 0), lastTime);
}

/** Whether a message is what was looked for, as it is now. */
function isFound(message: StoredMessage, search: MessageSearch, sought: SoughtMessage): boolean {
  const { sender, from, to, message_type } = search;
  if (isDeletedOrExpired(message) || message.type === "encrypted") return false;
  if (sender !== undefined && message.senderId !== sender) return false;
  if (message_type !== undefined && message.type !== message_type) return false;
  const at = Date.parse(message.at);
  if (at < (timeOf(from) ?? at) || at > (timeOf(to) ?? at)) return false;
  return isFoundIn(sought, textsOf(message));
}

/** Gives those of these rooms that the caller may read now. */
type Access = (roomIds: readonly string[]) => Promise<readonly ReadableRoom[]>;

/** Where a search goes on in the rooms that it looks at; undefined at their end. */
type Going = Pick<SearchState, "position" | "words"> | undefined;

interface Collected {
  readonly stored: readonly StoredMessage[];
  readonly rooms: readonly ReadableRoom[];
  readonly next: Going;
  /** Where it would go on from a message that it has found. */
  readonly from: (message: Message) => Going;
}

/** Whether an earlier group of the words that begin so has found a message already. */
function wasFound(message: StoredMessage, { prefix }: SoughtMessage, { after }: TermGroup): boolean {
  return (
    prefix !== undefined &&
    after !== undefined &&
    messageTerms(message).some((term) => term.startsWith(prefix) && compareTerms(term, after) <= 0)
  );
}

/**
 * Reads what the index names, as it stands in the table now, until the page is full. The index decides nothing: whether
 * the caller may see a message, and whether it still says what was looked for, is looked at here.
 */
async function collect(
  search: MessageSearch,
  parts: readonly SearchedRoom[],
  { position: start, words = {} }: SearchState,
  access: Access,
): Promise<Collected> {
  const sought = seek(search.q);
  checkTermGroup(words, sought.prefix);
  const finding = (await searchIndex()).find({
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
    const entries = await finding.take(wanted);
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
  const group = finding.group();
  const at = (position: Position): Going => ({ position, ...(group && { words: group }) });
  const position = finding.position();
  const further = typeof group?.upTo === "string" ? { words: { after: group.upTo } } : undefined;
  return {
    stored,
    rooms: shown,
    next: position ? at(position) : further,
    from: ({ timestamp, room, seq }) => at({ at: Date.parse(timestamp), roomId: room, seq }),
  };
}

/** As many of what was found as fit into an answer, and where it goes on: at the first one that does not. */
function upToFull(
  found: readonly Message[],
  { next, from }: Collected,
): { messages: Message[]; next: Going } {
  const fitting = countFitting(found);
  const over = found[fitting];
  return { messages: found.slice(0, fitting), next: over ? from(over) : next };
}

/** What a cursor belongs to: who searches for what. */
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

/** Finds messages in all of somebody's rooms. Throws `invalid_input` and `invalid_cursor`. */
export async function searchMessages(userId: string, search: MessageSearch): Promise<FoundMessages> {
  const name = nameOf(userId, null, search);
  const state = readState(name, search.cursor);
  const all = await listHeads(userId);
  const { heads, group, next } = chooseRooms(all, state.group, search.cursor === undefined);
  const access: Access = async (roomIds) => {
    const together = await batchGet(
      { heads: roomIds, memberships: roomIds.map((roomId) => [roomId, userId] as const) },
      "consistent",
    );
    const mine = new Map(together.memberships.map((membership) => [membership.roomId, membership]));
    return together.heads.flatMap((head) => {
      const me = mine.get(head.id);
      return me && isThere(head) ? { head, me } : [];
    });
  };
  const parts = await searchedParts(userId, heads);
  const collected = await collect(search, parts, state, access);
  const { rooms, stored } = collected;
  const shown = upToFull(await viewMessagesOfRooms(userId, rooms, stored), collected);
  const count = state.count + shown.messages.length;
  const going = shown.next ? { ...shown.next, group } : next && { group: next };
  return { messages: shown.messages, count, cursor: going && writeCursor(name, { count, ...going }) };
}
