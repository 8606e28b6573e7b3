import type { Head } from "../store/rooms/heads.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { getRoster, type RosterEntry } from "../store/rooms/rosters.ts";
import { pairMembers } from "./participants.ts";
import { marksSeenByOthers } from "./read-by.ts";

/**
 * A room tracks at most this many readers. In a room of no more members, the marks of all decide a
 * message's status, and all get each other's marks.
 */
export const trackedReaderLimit = 200;

/** Large rooms: reads only the first roster chunks, which hold the longest-standing members. */
const chunksRead = 5;

/**
 * Members whose marks decide the status of a message
 * (docs/decisions/004-receipts-in-large-rooms.md).
 */
export interface TrackedReaders {
  /** The longest-standing first. */
  readonly members: readonly RosterEntry[];
  /** Whether these are all the members of the room. */
  readonly all: boolean;
}

/** Returns the tracked readers of a room. */
export async function getTrackedReaders(head: Head): Promise<TrackedReaders> {
  if (head.pair) return { members: pairMembers(head), all: true };
  const chunks = Math.min(head.rosterChunks, chunksRead);
  const roster = await getRoster(head.id, chunks);
  const members = roster.slice(0, trackedReaderLimit);
  return { members, all: chunks === head.rosterChunks && members.length === roster.length };
}

/**
 * Returns the members whose marks decide whether a large room's last message was read, if one of
 * these viewers sent it. Otherwise undefined: in a small room they are the only roster chunk, which
 * is read anyway. For a message of another user the marks do not matter.
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
 * Returns memberships in the order of the members, with the marks that the viewer may see. The
 * viewer's own membership, which was read separately, is always included.
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
