import { countFitting } from "../kernel/http/answer-size.ts";
import { backoff } from "../kernel/runtime/retry.ts";
import { firstVisibleSeq, type ReadableRoom } from "../rooms/access.ts";
import { type ChangedPlace, getMessages, listChangedPlaces } from "../store/messages/messages.ts";
import { type MarkedMessages, viewMarkedMessages } from "./view.ts";

interface ChangedMessages extends MarkedMessages {
  /** The revision after which the next page begins; undefined if this is the last one. */
  readonly next: number | undefined;
}

/** How often the index is asked again that does not show the room's last change yet. */
const lagAttempts = 4;

/**
 * The places that a page takes, and one more if there are more. The index follows the table within moments; where it
 * does not show the last change yet, it is asked again. (It never will where that message is gone for good.)
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
 * How many of some messages, in the order of their revisions, make whole revisions if `fitting` of them fit into an answer.
 * Those of the first one always stand together: it takes functions that ended in the midst of their changes, all at the same
 * moment, for several messages to bear one revision.
 */
function wholeRevs(placed: readonly { readonly rev: number }[], fitting: number): number {
  const over = placed[fitting]?.rev;
  if (over === undefined) return fitting;
  const whole = placed.findIndex(({ rev }) => rev === over);
  return whole > 0 ? whole : placed.filter(({ rev }) => rev === over).length;
}

/**
 * Messages that were changed since a revision, in the order of their last change, at most `size`, or a few more: those
 * of one revision are never parted, because the next page begins after a revision. Fewer, where so many are too much for one
 * answer.
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
  // A page of a single revision, which more messages bear than fit: all of them.
  const taken =
    shown.length === 0 && beyond !== undefined
      ? await listChangedPlaces(head.id, { first: beyond, last: beyond, limit: size + 100 })
      : shown;
  const start = firstVisibleSeq(room);
  const revs = new Map(taken.filter(({ seq }) => seq >= start).map(({ seq, rev }) => [seq, rev]));
  const stored = await getMessages(head.id, revs.keys());
  // One that was changed again in the meantime shows the revision by which it stands here: a client goes on asking from
  // the last one that it was shown, and everything in between is still to come.
  const placed = stored.map((message) => ({ ...message, rev: revs.get(message.seq) ?? message.rev }));
  placed.sort((one, other) => one.rev - other.rev);
  const { messages, marks } = await viewMarkedMessages(room, viewerId, placed);
  const fitting = messages.slice(0, wholeRevs(placed, countFitting(messages)));
  if (fitting.length < messages.length)
    return { messages: fitting, marks, next: placed[fitting.length - 1]?.rev };
  return { messages, marks, next: beyond === undefined ? undefined : (taken.at(-1)?.rev ?? beyond) };
}
