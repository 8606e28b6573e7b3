import type { Delivery } from "../store/queues/delivery-pages.ts";
import { getHead, type Head } from "../store/rooms/heads.ts";
import { getMemberships, type Membership } from "../store/rooms/memberships.ts";

/**
 * Whether a member may see a message: not one of before they joined, if their role may not view the history. Times do
 * not tell which those are: a send that is completed later bears a later time than its number.
 */
function mayView(head: Head, { role, joinedSeq }: Membership, seq: number): boolean {
  return head.permissions[role].can_view_history || joinedSeq < seq;
}

/** Whether there is anybody who may not. */
export function hidesHistory({ permissions }: Pick<Head, "permissions">): boolean {
  return Object.values(permissions).some((role) => !role.can_view_history);
}

/** Tells something of a message to those alone who may see it, as far as there is anybody who may not. */
export function viewerLimits(head: Pick<Head, "permissions">, seq: number): Pick<Delivery, "viewers_of"> {
  return hidesHistory(head) ? { viewers_of: seq } : {};
}

/** Who of these people may see a message, by their memberships; everybody, where no message is named. */
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
