import type { RoomRole } from "../../contract/objects/room.ts";
import { getPresence } from "../store/presence/presence.ts";
import { getHead, type Head, isThere } from "../store/rooms/heads.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import { getMembership } from "../store/rooms/memberships.ts";
import { leaveRoster } from "../store/rooms/roster-changes.ts";
import { getMemberCounts, getRosterChunks, type RosterEntry } from "../store/rooms/rosters.ts";
import { removeRoom } from "./change.ts";
import { removeConnected } from "./connected-members.ts";
import { ensureAdmin } from "./ensure-admin.ts";
import { publishMemberRemoved, publishParticipantsChanged } from "./events.ts";

/** The facts of a membership that has ended. */
export interface Departure {
  /** The role that the member had. */
  readonly role: RoomRole;
  /** Whether the room may have no members left. */
  readonly mayBeEmpty: boolean;
}

/**
 * Returns whether a room has no members. The caller has already seen that the only chunk of a small
 * room is empty.
 */
async function isEmpty(head: Head): Promise<boolean> {
  return (
    !isLarge(head) ||
    (await getMemberCounts([head.id], "consistent")).get(head.id)?.every((count) => count === 0) === true
  );
}

/**
 * Cleans up after a member leaves: deletes an empty room; otherwise promotes an admin if none is
 * left, and returns them.
 */
export async function afterDeparture(
  head: Head,
  { role, mayBeEmpty }: Departure,
): Promise<RosterEntry | undefined> {
  // No user could ever return to an empty room, except to a public one, which waits for the next
  // user who joins.
  if (mayBeEmpty && head.type !== "public" && (await isEmpty(head))) await removeRoom(head);
  // Two admins who leave at the same time may each count on the other.
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
 * Completes the departure of a user whose membership has ended. The request may have been
 * interrupted before it removed the user from the roster or the connected members. Or it did not
 * come to clean up the room. It may also have been interrupted before it published; nothing stored
 * shows that, and no repeat repairs it. So the departure is always published again, as long as it
 * is true.
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
  // The member also leaves an empty chunk, which may not have been counted.
  const mayBeEmpty = others?.length === 0;
  if (mayBeEmpty || others?.length !== entries?.length)
    await leaveRoster(roomId, chunk, { userId, joinedAt });
  const [membership, head] = await Promise.all([
    getMembership(roomId, userId, "consistent"),
    getHead(roomId, "consistent"),
  ]);
  // A user who has joined again gets the room's events.
  if (membership) return;
  if (presence.largeRooms.has(roomId)) await removeConnected(roomId, userId);
  // All members got the event of the room's deletion.
  if (!isThere(head)) return;
  const promoted = head.pair ? undefined : await afterDeparture(head, { role, mayBeEmpty });
  const changed = promoted ? [promoted] : [];
  await Promise.all([
    publishMemberRemoved(roomId, userId),
    !isLarge(head) || promoted ? publishParticipantsChanged(head, { removed: [userId], changed }) : undefined,
  ]);
}
