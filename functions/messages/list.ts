import { countFitting } from "../kernel/http/answer-size.ts";
import type { ReadableRoom } from "../rooms/access.ts";
import { listMessagesBetween } from "../store/messages/messages.ts";
import { firstVisibleSeq } from "../store/rooms/history-visibility.ts";
import { type MarkedMessages, viewMarkedMessages } from "./view.ts";

/** The wanted messages: a page counted from the newest, or the messages next to a seq. */
export type HistoryPlace =
  | { readonly page: number }
  | { readonly before: number }
  | { readonly after: number };

export interface MessageList extends MarkedMessages {
  /** Places that the viewer can see. Each holds a message, or was meant to. */
  readonly count: number;
  /** Whether there are older and newer messages than these. */
  readonly older: boolean;
  readonly newer: boolean;
  /**
   * Whether some messages of the page did not fit into one response: the ones furthest from the
   * place.
   */
  readonly isCut: boolean;
}

interface Seqs {
  readonly first: number;
  readonly last: number;
}

/** Returns the part of the visible messages that a place asks for. */
function rangeOf(place: HistoryPlace, { first, last }: Seqs, size: number): Seqs & { newest: boolean } {
  if ("before" in place) return { first, last: Math.min(last, place.before - 1), newest: true };
  if ("after" in place) return { first: Math.max(first, place.after + 1), last, newest: false };
  // The newest page is full even if some numbers are unused. Further pages are counted by number,
  // so that none costs more than another.
  if (place.page === 1) return { first, last, newest: true };
  const end = last - (place.page - 1) * size;
  return { first: Math.max(first, end - size + 1), last: end, newest: true };
}

/** Returns messages of a room, oldest first: one query, however deep the page is. */
export async function listMessages(
  room: ReadableRoom,
  viewerId: string,
  place: HistoryPlace,
  size: number,
): Promise<MessageList> {
  const { head } = room;
  const start = firstVisibleSeq(room);
  const range = rangeOf(place, { first: start, last: head.seq }, size);
  const listing = listMessagesBetween(head.id, { ...range, limit: size });
  const { messages: found, marks } = await viewMarkedMessages(room, viewerId, listing);
  const fitting = countFitting(range.newest ? found.toReversed() : found);
  const messages = range.newest ? found.slice(found.length - fitting) : found.slice(0, fitting);
  const first = messages[0]?.seq ?? range.first;
  const last = messages.at(-1)?.seq ?? range.last;
  return {
    count: Math.max(0, head.seq - start + 1),
    messages,
    marks,
    older: first > start && range.last >= start,
    newer: last < head.seq,
    isCut: messages.length < found.length,
  };
}
