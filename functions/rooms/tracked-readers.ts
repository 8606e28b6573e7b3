import { type Head, isLarge } from "../store/rooms/heads.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { getRoster, type RosterEntry } from "../store/rooms/rosters.ts";
import { pairMembers } from "./participants.ts";
import { marksSeenByOthers } from "./read-state.ts";

/** Up to so many members, all of them tell what became of a message, and are told of each other's marks. */
export const trackedReaderLimit = 200;

/** Of a large room's roster only these chunks are read: the first members stand there. */
const chunksRead = 5;

/** Whose marks tell what became of a message (docs/decisions/004-receipts-in-large-rooms.md). */
export interface TrackedReaders {
  /** The longest-standing first. */
  readonly members: readonly RosterEntry[];
  /** Whether these are all the members of the room. */
  readonly all: boolean;
}

export async function getTrackedReaders(head: Head): Promise<TrackedReaders> {
  if (head.pair) return { members: pairMembers(head), all: true };
  const chunks = Math.min(head.rosterChunks, chunksRead);
  const roster = await getRoster(head.id, chunks);
  const members = roster.slice(0, trackedReaderLimit);
  return { members, all: chunks === head.rosterChunks && members.length === roster.length };
}

/**
 * Whose marks tell whether a room's last message was read, if the room is large and one of these viewers sent it. Else
 * undefined: in a small room they are the roster's only chunk, which is read anyway, and of others' messages nobody asks.
 */
export async function getTrackedReadersOfLast(
  head: Head,
  viewerIds: readonly string[],
): Promise<readonly RosterEntry[] | undefined> {
  return isLarge(head) && head.last && viewerIds.includes(head.last.senderId)
    ? (await getTrackedReaders(head)).members
    : undefined;
}

/**
 * Memberships in the order of the members, as the viewer is told of them, with the viewer's own, which were read apart, whether
 * or not a witness.
 */
export function inJoinOrder(
  head: Pick<Head, "blockedBy">,
  members: readonly RosterEntry[],
  memberships: readonly Membership[],
  me: Membership | undefined,
): Membership[] {
  const byUser = new Map(
    memberships.map((membership) => [membership.userId, marksSeenByOthers(head, membership)]),
  );
  if (me) byUser.set(me.userId, me);
  const known = members.flatMap(({ userId }) => byUser.get(userId) ?? []);
  return me && !known.includes(me) ? [...known, me] : known;
}
