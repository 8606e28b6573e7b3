import { getHead } from "../store/rooms/heads.ts";

/**
 * Ids of rooms that are deleted for good. They are cached because the removal of a room's content
 * ends memberships and removes messages by the hundred, and each asks here.
 */
const purged = new Set<string>();
const purgedLimit = 1000;

/**
 * Returns whether a room is deleted for good, so that one task removes all of its content. A direct
 * room never is: it may be opened again, and keeps its members.
 */
export async function isPurged(roomId: string): Promise<boolean> {
  if (purged.has(roomId)) return true;
  const head = await getHead(roomId);
  if (head?.status !== "deleted" || head.type === "direct") return false;
  if (purged.size === purgedLimit) purged.clear();
  purged.add(roomId);
  return true;
}
