/**
 * Which messages of a room a user may see. A member whose role may not view the history sees only
 * messages after they joined. The times of messages do not decide that: a send that is completed
 * later bears a later time than its number.
 */
import type { Head } from "./heads.ts";
import type { Membership } from "./memberships.ts";

/**
 * Returns the last seq that a user's role hides from them; 0 if it hides none. A user who reads a
 * public room without having joined has the role of a member. If that role may not view the
 * history, they see no message at all.
 */
function hiddenUpTo(head: Head, me: Membership | undefined): number {
  return head.permissions[me?.role ?? "member"].can_view_history ? 0 : (me?.joinedSeq ?? head.seq);
}

/**
 * Returns the first seq that the caller may see: after what their role hides, and after the floor
 * of a room that was emptied.
 */
export function firstVisibleSeq({
  head,
  me,
}: {
  readonly head: Head;
  readonly me: Membership | undefined;
}): number {
  return Math.max(head.floor, hiddenUpTo(head, me)) + 1;
}

/** Returns whether a member's role lets them see the message at `seq`. */
export function mayView(head: Head, me: Membership, seq: number): boolean {
  return seq > hiddenUpTo(head, me);
}

/** Returns whether a role of the room may not view the history. */
export function hidesHistory({ permissions }: Pick<Head, "permissions">): boolean {
  return Object.values(permissions).some((role) => !role.can_view_history);
}
