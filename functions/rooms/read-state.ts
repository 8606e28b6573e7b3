import type { Head } from "../store/rooms/heads.ts";
import type { Standing } from "../store/rooms/marks.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { countUnread, isRead } from "../store/rooms/read-ahead.ts";

type Blocked = Pick<Head, "blockedBy">;

/** Whether one of the two of a direct room blocks the other. */
export const standingIn = ({ blockedBy }: Blocked): Standing => (blockedBy.size > 0 ? "apart" : "together");

/** A member's marks as the others see them: behind a block, as they were when it began. */
export const asTold = (head: Blocked, membership: Membership): Membership =>
  standingIn(head) === "apart" && membership.told ? { ...membership, ...membership.told } : membership;

/** Whether a member has read the message at `seq`; nobody has read what was there before they joined. */
export const hasRead = (membership: Membership, seq: number): boolean =>
  seq > membership.joinedSeq && isRead(membership, seq);

/** Whether the message at `seq` is not, or no longer, unread to a member: also what was there before they joined. */
export const isSettled = (membership: Membership, seq: number): boolean => isRead(membership, seq);

export const wasDelivered = (membership: Membership, seq: number): boolean =>
  hasRead(membership, seq) || (seq > membership.joinedSeq && seq <= membership.deliveredSeq);

/** Messages up to `seq` that a member has not read: by subtraction, whatever the length of the history. */
export const unreadCount = (membership: Membership, seq: number): number => countUnread(membership, seq);

/**
 * How many readers a message names at most: read by itself, and in a list or an event, where each takes as much room as a
 * message. Who else has read it, the marks tell.
 */
export const readersAlone = 50;
export const readersAmongOthers = 10;

export interface MessageMarks {
  /** User ids, in the order of the memberships, of all of them. */
  readonly readBy: readonly string[];
  readonly isRead: boolean;
  readonly status: "sent" | "delivered" | "read";
}

/**
 * What the members' marks say of a message. To its sender it is read when another member read it; to anybody else
 * when they did themselves.
 */
export const marksOf = (
  message: { readonly seq: number; readonly senderId: string },
  viewerId: string,
  memberships: readonly Membership[],
): MessageMarks => {
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
  const isRead = viewer !== undefined && isSettled(viewer, message.seq);
  return {
    readBy,
    isRead,
    status: isRead ? "read" : viewer && wasDelivered(viewer, message.seq) ? "delivered" : "sent",
  };
};
