import type { RoomRole } from "../../contract/objects/room.ts";
import { settleDeparture } from "../actions/settle-departure.ts";
import { getPresence } from "../store/presence/presence.ts";
import { getHead } from "../store/rooms/heads.ts";
import { getMembership } from "../store/rooms/memberships.ts";
import { leaveRoster } from "../store/rooms/roster-changes.ts";
import { getRosterChunks } from "../store/rooms/rosters.ts";
import { unlist } from "./connected-members.ts";
import { notifyMemberRemoved, notifyParticipantsChanged } from "./events.ts";

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
export const unlistMember = async (
  roomId: string,
  userId: string,
  { chunk, joinedAt, role }: EndedMembership,
): Promise<void> => {
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
  if (presence.largeRooms.has(roomId)) await unlist(roomId, userId);
  // Of its deletion all are told.
  if (!head || head.status === "deleted") return;
  const promoted = head.pair ? undefined : await settleDeparture(head, { role, mayBeEmpty });
  const changed = promoted ? [promoted] : [];
  await Promise.all([
    notifyMemberRemoved(roomId, userId),
    head.rosterChunks === 1 || promoted
      ? notifyParticipantsChanged(head, { removed: [userId], changed })
      : undefined,
  ]);
};
