import type { RoomRole } from "../../contract/objects/room.ts";
import { getDetails } from "../store/rooms/details.ts";
import { getHead } from "../store/rooms/heads.ts";
import { getMembers } from "../store/rooms/members.ts";
import { deleteListing, putListing } from "../store/rooms/public-rooms.ts";
import { updateRosterRole } from "../store/rooms/roster-changes.ts";

/**
 * Attempts of a write that meets concurrent changes. After them, the next change of the room
 * repairs it.
 */
const attempts = 10;

/**
 * Writes a member's role from their membership to the roster. The last of several concurrent writes
 * may not carry the current role. So each call checks again after its write, and the last check
 * sees the final role.
 */
export async function reconcileRole(
  roomId: string,
  chunk: number,
  userId: string,
  role: RoomRole,
): Promise<void> {
  let recorded = role;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    await updateRosterRole(roomId, chunk, userId, recorded);
    const member = (await getMembers(roomId, [userId])).get(userId);
    if (!member || member.membership.role === recorded) return;
    recorded = member.membership.role;
  }
}

/**
 * Returns the name under which a public room is listed, null for none. Returns undefined if the
 * room is not to be listed.
 */
async function getListedName(roomId: string): Promise<string | null | undefined> {
  const head = await getHead(roomId, "consistent");
  if (head?.status !== "active") return undefined;
  if (!head.nameInDetails) return head.name;
  return (await getDetails([roomId], "consistent")).get(roomId)?.longName ?? null;
}

/**
 * Brings the list of public rooms in line with a room. The last of several concurrent writes may
 * not carry the current name. So each call checks again after its write, and the last check sees
 * the final state.
 */
export async function reconcilePublicListing(roomId: string): Promise<void> {
  let wanted = await getListedName(roomId);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (wanted === undefined) await deleteListing(roomId);
    else await putListing(roomId, wanted);
    const current = await getListedName(roomId);
    if (current === wanted) return;
    wanted = current;
  }
}
