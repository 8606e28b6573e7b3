import type { Delivery } from "../store/queues/delivery-pages.ts";
import { getHead, type Head } from "../store/rooms/heads.ts";
import { hidesHistory, mayView } from "../store/rooms/history-visibility.ts";
import { getMemberships } from "../store/rooms/memberships.ts";

/**
 * Limits an event to users who may see a message, if the room has a role that may not view the
 * history.
 */
export function viewerLimits(head: Pick<Head, "permissions">, seq: number): Pick<Delivery, "viewers_of"> {
  return hidesHistory(head) ? { viewers_of: seq } : {};
}

/**
 * Returns a test of which of these users may see a message, by their memberships. All users pass if
 * `seq` is undefined.
 */
export async function viewersOf(
  roomId: string,
  userIds: readonly string[],
  seq: number | undefined,
): Promise<(userId: string) => boolean> {
  if (seq === undefined) return () => true;
  const [head, memberships] = await Promise.all([
    getHead(roomId),
    getMemberships(roomId, [...new Set(userIds)]),
  ]);
  const viewers = new Set(
    memberships
      .filter((membership) => head && mayView(head, membership, seq))
      .map((membership) => membership.userId),
  );
  return (userId) => viewers.has(userId);
}
