import { type Head, isBlocked } from "../store/rooms/heads.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { isReadBy } from "../store/rooms/unread.ts";

type Blocked = Pick<Head, "blockedBy">;

/**
 * Returns a member's marks as other members see them. During a block they stay as they were when it
 * began.
 */
export function marksSeenByOthers(head: Blocked, membership: Membership): Membership {
  return isBlocked(head) && membership.marksBeforeBlock
    ? { ...membership, ...membership.marksBeforeBlock }
    : membership;
}

/**
 * Returns whether a member has read the message at `seq`. Messages from before they joined do not
 * count as read.
 */
export function hasRead(membership: Membership, seq: number): boolean {
  return seq > membership.joinedSeq && isReadBy(membership, seq);
}

/** Returns whether a member has received the message at `seq`. */
export function wasDelivered(membership: Membership, seq: number): boolean {
  return hasRead(membership, seq) || (seq > membership.joinedSeq && seq <= membership.deliveredSeq);
}

/**
 * A message names at most this many readers: the first number alone, the second in a list or an
 * event. A reader there takes as much space as a message. The marks show the other readers.
 */
export const readersAlone = 50;
export const readersAmongOthers = 10;

export interface MessageMarks {
  /** All user ids, in the order of the memberships. */
  readonly readBy: readonly string[];
  readonly isRead: boolean;
  readonly status: "sent" | "delivered" | "read";
}

/**
 * Returns what the members' marks say of a message. For its sender it is read when another member
 * read it; for any other viewer when they read it themself.
 */
export function marksOf(
  message: { readonly seq: number; readonly senderId: string },
  viewerId: string,
  memberships: readonly Membership[],
): MessageMarks {
  const others = memberships.filter((member) => member.userId !== message.senderId);
  const readers = others.filter((member) => hasRead(member, message.seq));
  const readBy = readers.map((member) => member.userId);
  if (viewerId === message.senderId)
    return {
      readBy,
      isRead: readers.length > 0,
      status:
        readers.length > 0
          ? "read"
          : others.some((member) => wasDelivered(member, message.seq))
            ? "delivered"
            : "sent",
    };
  const viewer = others.find((member) => member.userId === viewerId);
  const isReadByViewer = viewer !== undefined && isReadBy(viewer, message.seq);
  return {
    readBy,
    isRead: isReadByViewer,
    status: isReadByViewer ? "read" : viewer && wasDelivered(viewer, message.seq) ? "delivered" : "sent",
  };
}
