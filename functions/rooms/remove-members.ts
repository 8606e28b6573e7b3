import type { Participant, RoomRole } from "../../contract/objects/room.ts";
import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { getPresence } from "../store/presence/presence.ts";
import { getHead, type Head, isThere } from "../store/rooms/heads.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import { getMembers, takeMember, updateMemberRole } from "../store/rooms/members.ts";
import { getMembership } from "../store/rooms/memberships.ts";
import { leaveRoster, recountChunks } from "../store/rooms/roster-changes.ts";
import type { RosterEntry } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import { accessAdmin, accessMemberRoom, accessNotDirect } from "./access.ts";
import { removeConnected } from "./connected-members.ts";
import { afterDeparture, type Departure } from "./departures.ts";
import { ensureAdmin, getPlacedRoster } from "./ensure-admin.ts";
import { publishMemberRemoved, publishParticipantsChanged } from "./events.ts";
import { presentParticipant } from "./present.ts";
import { reconcileRole } from "./reconcile.ts";

function noParticipant(): ApiError {
  return new ApiError("not_found", "There is no participant with this id in this room.");
}

/**
 * Completes a removal that was interrupted after it ended the membership. Returns undefined if
 * nothing was left to do.
 */
async function completeRemoval(head: Head, userId: string): Promise<Departure | undefined> {
  const { id, rosterChunks } = head;
  const isLargeRoom = isLarge(head);
  // A presence forgets a large room last of all. A user without that record is not a member whose
  // removal was interrupted, so the roster is not read in vain.
  if (isLargeRoom && !(await getPresence(userId, "consistent")).largeRooms.has(id)) return undefined;
  const roster = await getPlacedRoster(id, rosterChunks);
  if (isLargeRoom) {
    const byChunk = Map.groupBy(roster, (entry) => entry.chunk);
    await recountChunks(
      id,
      Array.from({ length: rosterChunks }, (_, chunk) => [chunk, byChunk.get(chunk)?.length ?? 0] as const),
    );
  }
  const listed = roster.filter((entry) => entry.userId === userId);
  let mayBeEmpty = false;
  for (const entry of listed) mayBeEmpty = (await leaveRoster(id, entry.chunk, entry))?.members.length === 0;
  if (isLargeRoom) await removeConnected(id, userId);
  if (listed[0]) return { role: listed[0].role, mayBeEmpty };
  // Nothing shows their former role: they may have been the last member, and an admin.
  return isLargeRoom ? { role: "admin", mayBeEmpty: true } : undefined;
}

/**
 * Ends a membership first, because it gives access. Then removes the user from the roster, and in a
 * large room from the list of connected members. Returns undefined if the user was no member. If
 * interrupted: an entry without a membership is still listed, and gets events. Repaired by:
 * removing the user again, or their leaving again.
 */
async function removeMember(head: Head, userId: string): Promise<Departure | undefined> {
  const member = await takeMember(head.id, userId);
  if (!member) return completeRemoval(head, userId);
  const { role } = member.membership;
  const left = await leaveRoster(head.id, member.chunk, member.membership);
  if (left?.isLarge) await removeConnected(head.id, userId);
  return { role, mayBeEmpty: left?.members.length === 0 };
}

/** Removes a user with all consequences. Returns false if the user was no member. */
async function removeAndPublish(head: Head, userId: string, successor?: RosterEntry): Promise<boolean> {
  const removed = await removeMember(head, userId);
  if (!removed) return false;
  const promoted = await afterDeparture(head, removed);
  await Promise.all([
    publishMemberRemoved(head.id, userId),
    publishParticipantsChanged(head, {
      removed: [userId],
      changed: [successor, promoted].filter((entry) => entry !== undefined),
    }),
  ]);
  return true;
}

/**
 * Removes the caller from a room. The last admin hands over to the longest-standing member first.
 * If interrupted after that: the room has two admins. Throws `forbidden` in a direct room.
 */
export async function leaveRoom(userId: string, roomId: string): Promise<void> {
  const [head, me] = await Promise.all([
    getHead(roomId, "consistent"),
    getMembership(roomId, userId, "consistent"),
  ]);
  if (!isThere(head)) throw noRoomAccess();
  if (me && head.pair)
    throw new ApiError("forbidden", "Cannot leave direct message rooms: delete it instead, for both of you.");
  if (head.pair) throw noRoomAccess();
  const successor = me?.role === "admin" ? await ensureAdmin(roomId, userId) : undefined;
  // This also runs without a membership: an earlier call may have been interrupted after it ended
  // the membership.
  if (!(await removeAndPublish(head, userId, successor))) throw noRoomAccess();
}

/**
 * Removes a user from a room; the caller's own id means leaving. Throws `forbidden` or `not_found`.
 */
export async function removeParticipant(
  userId: string,
  roomId: string,
  participantId: string,
): Promise<void> {
  if (participantId === userId) return leaveRoom(userId, roomId);
  const room = await accessMemberRoom(userId, roomId);
  accessNotDirect(room, "A direct room keeps its two members: delete it instead, for both of you.");
  accessAdmin(room, "remove people");
  if (!(await removeAndPublish(room.head, participantId))) throw noParticipant();
}

/**
 * Changes a participant's role: in the membership first, which decides, then on the roster, which
 * shows it. If interrupted: the roster shows the old role. Repaired by: a repeated call. Throws
 * `forbidden`, `not_found`, or `conflict` for the last admin.
 */
export async function updateParticipant(
  userId: string,
  roomId: string,
  participantId: string,
  role: RoomRole,
): Promise<Participant> {
  const room = await accessMemberRoom(userId, roomId);
  accessNotDirect(room, "In a direct room both are equal: there are no roles to change.");
  accessAdmin(room, "change roles");
  const { head } = room;
  const member = (await getMembers(roomId, [participantId])).get(participantId);
  if (!member) throw noParticipant();
  const isSteppingDown = role === "member" && member.membership.role === "admin";
  if (isSteppingDown) {
    const roster = await getPlacedRoster(roomId, head.rosterChunks);
    if (!roster.some((entry) => entry.role === "admin" && entry.userId !== participantId))
      throw new ApiError("conflict", "This is the room's last admin: make another member an admin first.");
  }
  const changed = await updateMemberRole(roomId, participantId, role);
  if (!changed) throw noParticipant();
  await reconcileRole(roomId, changed.chunk, participantId, role);
  // Two admins who make each other members at the same time each count on the other.
  const promoted = isSteppingDown ? await ensureAdmin(roomId) : undefined;
  const entry = { userId: participantId, role, joinedAt: changed.membership.joinedAt };
  const shown = promoted?.userId === participantId ? promoted : entry;
  const [{ people }] = await Promise.all([
    batchGet({ profiles: [participantId], presences: [participantId, userId] }),
    publishParticipantsChanged(head, {
      changed: promoted && promoted !== shown ? [shown, promoted] : [shown],
    }),
  ]);
  return presentParticipant(shown, presentUser(personOf(people, participantId, userId), true));
}
