import type { Delivery } from "../store/queues/delivery-pages.ts";
import { getHead, type Head } from "../store/rooms/heads.ts";
import { getMemberships, type Membership } from "../store/rooms/memberships.ts";

/**
 * Returns whether a member may see a message. A member whose role may not view the history sees
 * only messages after they joined. The times of messages do not decide that: a send that is
 * completed later bears a later time than its number.
 */
function mayView(head: Head, { role, joinedSeq }: Membership, seq: number): boolean {
  return head.permissions[role].can_view_history || joinedSeq < seq;
}

/** Returns whether a role of the room may not view the history. */
export function hidesHistory({ permissions }: Pick<Head, "permissions">): boolean {
  return Object.values(permissions).some((role) => !role.can_view_history);
}

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
