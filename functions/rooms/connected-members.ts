import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { addLargeRoom, dropLargeRoom } from "../store/rooms/connected-members.ts";
import { flagConnectedListed } from "../store/rooms/head-changes.ts";
import { getMembers } from "../store/rooms/members.ts";
import { getRoster } from "../store/rooms/rosters.ts";

const atOnce = 25;

/**
 * Brings the list of connected members of a large room in line with the memberships. It records
 * these users as expected, and then checks their memberships. A membership begins before its record
 * here, and ends before the record is removed. So if a user joins and leaves at the same time, the
 * last check sees the final state.
 */
async function reconcileConnected(
  roomId: string,
  userIds: readonly string[],
  areMembers: boolean,
): Promise<void> {
  await forEachConcurrent(userIds, atOnce, (userId) =>
    areMembers ? addLargeRoom(roomId, userId) : dropLargeRoom(roomId, userId),
  );
  const members = await getMembers(roomId, userIds);
  const others = userIds.filter((userId) => members.has(userId) !== areMembers);
  if (others.length > 0) await reconcileConnected(roomId, others, !areMembers);
}

/** Makes a large room's events reach these members from now on. Repeated calls are harmless. */
export function addConnected(roomId: string, userIds: readonly string[]): Promise<void> {
  return reconcileConnected(roomId, userIds, true);
}

/** Stops a large room's events from reaching a user who has left it. */
export function removeConnected(roomId: string, userId: string): Promise<void> {
  return reconcileConnected(roomId, [userId], false);
}

/**
 * Adds all members of a room that has become large to its list of connected members, and then flags
 * the room. Until then its events go by the roster. A user who enters a roster of several chunks
 * adds themself to the list. So a member who joins meanwhile is not missed.
 */
export async function addAllConnected(roomId: string, rosterChunks: number): Promise<void> {
  const members = await getRoster(roomId, rosterChunks, "consistent");
  await addConnected(
    roomId,
    members.map((member) => member.userId),
  );
  await flagConnectedListed(roomId);
}
