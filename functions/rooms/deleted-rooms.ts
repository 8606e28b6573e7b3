import { getHead } from "../store/rooms/heads.ts";

/** Rooms that are deleted for good: the removal of what they held ends memberships and removes messages by the hundred. */
const gone = new Set<string>();
const goneLimit = 1000;

/**
 * Whether a room is deleted for good: the task that removes what it held sees to all of it. A direct room never is, since
 * it may be opened again, and keeps its members.
 */
export async function isPurged(roomId: string): Promise<boolean> {
  if (gone.has(roomId)) return true;
  const head = await getHead(roomId);
  if (head?.status !== "deleted" || head.type === "direct") return false;
  if (gone.size === goneLimit) gone.clear();
  gone.add(roomId);
  return true;
}
