import { countFitting } from "../kernel/http/answer-size.ts";
import { backoff } from "../kernel/runtime/retry.ts";
import type { ReadableRoom } from "../rooms/access.ts";
import { type ChangedPlace, getMessages, listChangedPlaces } from "../store/messages/messages.ts";
import { firstVisibleSeq } from "../store/rooms/history-visibility.ts";
import { type MarkedMessages, viewMarkedMessages } from "./view.ts";

interface ChangedMessages extends MarkedMessages {
  /** The revision after which the next page begins; undefined on the last page. */
  readonly next: number | undefined;
}

/** How often the index is asked while it does not show the room's last change. */
const lagAttempts = 4;

/**
 * Returns the places of a page, and one more if there are more. The index lags a moment behind the
 * table. While it does not show the last change, it is asked again. It never shows that change if
 * the message is deleted for good.
 */
async function listPlaces(
  roomId: string,
  range: { readonly first: number; readonly last: number },
  size: number,
): Promise<ChangedPlace[]> {
  for (let attempt = 1; ; attempt += 1) {
    const places = await listChangedPlaces(roomId, { ...range, limit: size + 1 });
    const whole = places.length > size || places.at(-1)?.rev === range.last;
    if (whole || attempt === lagAttempts) return places;
    await backoff(attempt);
  }
}

/**
 * Returns how many of the first `fitting` messages make whole revisions. The messages are in the
 * order of their revisions. The messages of the first revision are always included. Several
 * messages share a revision only if several functions are interrupted during their changes at the
 * same moment.
 */
function wholeRevs(placed: readonly { readonly rev: number }[], fitting: number): number {
  const over = placed[fitting]?.rev;
  if (over === undefined) return fitting;
  const whole = placed.findIndex(({ rev }) => rev === over);
  return whole > 0 ? whole : placed.filter(({ rev }) => rev === over).length;
}

/**
 * Returns the messages that changed after a revision, in the order of their last change. A page has
 * up to `size` messages, or a few more: the messages of one revision stay on one page, because the
 * next page begins after a revision. A page has fewer if they are too large for one response.
 */
export async function listChangedMessages(
  room: ReadableRoom,
  viewerId: string,
  since: number,
  size: number,
): Promise<ChangedMessages> {
  const { head } = room;
  if (since >= head.rev) return { ...(await viewMarkedMessages(room, viewerId, [])), next: undefined };
  const places = await listPlaces(head.id, { first: since + 1, last: head.rev }, size);
  const beyond = places[size]?.rev;
  const shown = places.filter((place) => place.rev !== beyond);
  // One revision has more messages than a page takes: the page takes all of them.
  const taken =
    shown.length === 0 && beyond !== undefined
      ? await listChangedPlaces(head.id, { first: beyond, last: beyond, limit: size + 100 })
      : shown;
  const start = firstVisibleSeq(room);
  const revs = new Map(taken.filter(({ seq }) => seq >= start).map(({ seq, rev }) => [seq, rev]));
  const stored = await getMessages(head.id, revs.keys());
  // A message that changed again in the meantime shows the revision by which it is listed here. A
  // client goes on from the last revision that it got, so all later changes are still to come.
  const placed = stored.map((message) => ({ ...message, rev: revs.get(message.seq) ?? message.rev }));
  placed.sort((one, other) => one.rev - other.rev);
  const { messages, marks } = await viewMarkedMessages(room, viewerId, placed);
  const fitting = messages.slice(0, wholeRevs(placed, countFitting(messages)));
  if (fitting.length < messages.length)
    return { messages: fitting, marks, next: placed[fitting.length - 1]?.rev };
  return { messages, marks, next: beyond === undefined ? undefined : (taken.at(-1)?.rev ?? beyond) };
}
