import type { RoomRole } from "../../contract/objects/room.ts";
import { getMembers } from "../store/rooms/members.ts";
import { updateRosterRole } from "../store/rooms/roster-changes.ts";

/** How often a role may change while it is noted; then its next change notes it. */
const attempts = 10;

/**
 * Notes a member's role, as their membership says, on the roster. Of changes at once, the one that writes last there
 * may not be the one that counts: so each looks again after its write, and whoever looks last sees what stands.
 */
export const settleRole = async (
  roomId: string,
  chunk: number,
  userId: string,
  role: RoomRole,
): Promise<void> => {
  let noted = role;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    await updateRosterRole(roomId, chunk, userId, noted);
    const member = (await getMembers(roomId, [userId])).get(userId);
    if (!member || member.membership.role === noted) return;
    noted = member.membership.role;
  }
};
