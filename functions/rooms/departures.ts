import type { RoomRole } from "../../contract/objects/room.ts";
import { getPresence } from "../store/presence/presence.ts";
import { getHead, type Head, isLarge, isThere } from "../store/rooms/heads.ts";
import { getMembership } from "../store/rooms/memberships.ts";
import { leaveRoster } from "../store/rooms/roster-changes.ts";
import { getMemberCounts, getRosterChunks, type RosterEntry } from "../store/rooms/rosters.ts";
import { removeRoom } from "./change.ts";
import { removeConnected } from "./connected-members.ts";
import { ensureAdmin } from "./ensure-admin.ts";
import { publishMemberRemoved, publishParticipantsChanged } from "./events.ts";

/** What is known of a membership that has ended. */
export interface Departure {
  /** The role that they had. */
  readonly role: RoomRole;
  /** Whether the room may be empty. */
  readonly mayBeEmpty: boolean;
}

/** Whether a large room has no members; of a small one its only chunk has told so. */
async function isEmpty(head: Head): Promise<boolean> {
  return (
    !isLarge(head) ||
    (await getMemberCounts([head.id], "consistent")).get(head.id)?.every((count) => count === 0) === true
  );
}

/** Sees to a room that somebody has left: an empty one is removed, and one without an admin gets one, who is given. */
export async function afterDeparture(
  head: Head,
  { role, mayBeEmpty }: Departure,
): Promise<RosterEntry | undefined> {
  // Nobody could ever come back to it. A public room waits for whoever joins next.
  if (mayBeEmpty && head.type !== "public" && (await isEmpty(head))) await removeRoom(head);
  // Two admins who leave at once each count on the other.
  return role === "admin" ? ensureAdmin(head.id) : undefined;
}

/** A membership that has ended. */
interface EndedMembership {
  /** The number of the roster chunk that named the member. */
  readonly chunk: number;
  /** RFC 3339. */
  readonly joinedAt: string;
  readonly role: RoomRole;
}

/**
 * Completes the leaving of somebody whose membership has ended. It may have been cut off before their roster entry, or
 * what has them told of the room, was gone, or before the room they left was seen to. It may have been cut off before it was told, too, which nothing stored shows
 * and no repeat makes up for: so it is always told again, as long as it is true.
 */
export async function completeDeparture(
  roomId: string,
  userId: string,
  { chunk, joinedAt, role }: EndedMembership,
): Promise<void> {
  const [presence, rosters] = await Promise.all([
    getPresence(userId, "consistent"),
    getRosterChunks(roomId, [chunk], "consistent"),
  ]);
  const entries = rosters.get(chunk);
  const others = entries?.filter((entry) => entry.userId !== userId || entry.joinedAt !== joinedAt);
  // Also off one that is empty: it may not have been counted.
  const mayBeEmpty = others?.length === 0;
  if (mayBeEmpty || others?.length !== entries?.length)
    await leaveRoster(roomId, chunk, { userId, joinedAt });
  const [membership, head] = await Promise.all([
    getMembership(roomId, userId, "consistent"),
    getHead(roomId, "consistent"),
  ]);
  // One who has joined again is told of the room.
  if (membership) return;
  if (presence.largeRooms.has(roomId)) await removeConnected(roomId, userId);
  // Of its deletion all are told.
  if (!isThere(head)) return;
  const promoted = head.pair ? undefined : await afterDeparture(head, { role, mayBeEmpty });
  const changed = promoted ? [promoted] : [];
  await Promise.all([
    publishMemberRemoved(roomId, userId),
    !isLarge(head) || promoted ? publishParticipantsChanged(head, { removed: [userId], changed }) : undefined,
  ]);
}
