import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { addLargeRoom, dropLargeRoom } from "../store/rooms/connected-members.ts";
import { flagConnectedListed } from "../store/rooms/head-changes.ts";
import { getMembers } from "../store/rooms/members.ts";
import { getRoster } from "../store/rooms/rosters.ts";

const atOnce = 25;

/**
 * Has the list of a large room's live members follow their memberships: notes them as they are believed to be, and then
 * looks whether they still are. A membership begins before it is noted and ends before that is undone, so of somebody
 * who joins and leaves at the same time, whoever looks last sees what they have become.
 */
async function follow(roomId: string, userIds: readonly string[], areMembers: boolean): Promise<void> {
  await forEachConcurrent(userIds, atOnce, (userId) =>
    areMembers ? addLargeRoom(roomId, userId) : dropLargeRoom(roomId, userId),
  );
  const members = await getMembers(roomId, userIds);
  const others = userIds.filter((userId) => members.has(userId) !== areMembers);
  if (others.length > 0) await follow(roomId, others, !areMembers);
}

/** Has members of a large room told of it from now on; again is harmless. */
export function addConnected(roomId: string, userIds: readonly string[]): Promise<void> {
  return follow(roomId, userIds, true);
}

/** Has somebody who has left a large room told of it no more. */
export function removeConnected(roomId: string, userId: string): Promise<void> {
  return follow(roomId, [userId], false);
}

/**
 * Enlists all members of a room that has become large, and then flags it: until then it is told by its roster. Whoever
 * enters a roster of several chunks enlists themself, so nobody who comes meanwhile is missed.
 */
export async function addAllConnected(roomId: string, rosterChunks: number): Promise<void> {
  const members = await getRoster(roomId, rosterChunks, "consistent");
  await addConnected(
    roomId,
    members.map((member) => member.userId),
  );
  await flagConnectedListed(roomId);
}
