import type { RoomRole } from "../../contract/objects/room.ts";
import { getDetails } from "../store/rooms/details.ts";
import { getHead } from "../store/rooms/heads.ts";
import { getMembers } from "../store/rooms/members.ts";
import { deleteListing, putListing } from "../store/rooms/public-rooms.ts";
import { updateRosterRole } from "../store/rooms/roster-changes.ts";

/** Attempts of a write that meets concurrent changes. After them, the next change of the room repairs it. */
const attempts = 10;

/**
 * Notes a member's role, as their membership says, on the roster. Of changes at once, the one that writes last there
 * may not be the one that counts: so each looks again after its write, and whoever looks last sees what stands.
 */
export async function reconcileRole(
  roomId: string,
  chunk: number,
  userId: string,
  role: RoomRole,
): Promise<void> {
  let noted = role;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    await updateRosterRole(roomId, chunk, userId, noted);
    const member = (await getMembers(roomId, [userId])).get(userId);
    if (!member || member.membership.role === noted) return;
    noted = member.membership.role;
  }
}

/** The name under which a public room is to be listed, null for none; undefined where it is not to be. */
async function getListedName(roomId: string): Promise<string | null | undefined> {
  const head = await getHead(roomId, "consistent");
  if (head?.status !== "active") return undefined;
  if (!head.nameInDetails) return head.name;
  return (await getDetails([roomId], "consistent")).get(roomId)?.longName ?? null;
}

/**
 * Has the list of public rooms show a room as it is. Of changes at once, the one that writes last there may not be the
 * one that counts: so each looks again after its write, and whoever looks last sees what stands.
 */
export async function reconcilePublicListing(roomId: string): Promise<void> {
  let wanted = await getListedName(roomId);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (wanted === undefined) await deleteListing(roomId);
    else await putListing(roomId, wanted);
    const now = await getListedName(roomId);
    if (now === wanted) return;
    wanted = now;
  }
}
