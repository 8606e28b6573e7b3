import type { Slice } from "../kernel/http/page.ts";
import { messageId } from "../kernel/runtime/ids.ts";
import { accessMarkedRoom, accessMessageId, accessSeqs, noSuchMessage } from "../receipts/access.ts";
import { markMessagesRead, markRoomDelivered } from "../receipts/mark-read.ts";
import { accessMemberRoom, accessReadableRoom } from "../rooms/access.ts";
import { hasRead, type MessageMarks, marksOf, marksSeenByOthers, wasDelivered } from "../rooms/read-by.ts";
import { getTrackedReaders, inJoinOrder } from "../rooms/tracked-readers.ts";
import { getMessage } from "../store/messages/messages.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { getRoster } from "../store/rooms/rosters.ts";
import { isReadBy } from "../store/rooms/unread.ts";
import { batchGet } from "../store/table/batch-get.ts";

/** The status of a message for one member. */
interface MemberStatus {
  readonly user_id: string;
  readonly status: MessageMarks["status"];
  /**
   * RFC 3339. Null while the status is `sent`, and if no mark made it read, as for the member's own
   * message.
   */
  readonly updated_at: string | null;
}

interface StatusOfMessage {
  readonly messageId: string;
  readonly roomId: string;
  readonly marks: MessageMarks;
  /** The members except the sender: their number, and a page of them. */
  readonly count: number;
  readonly members: MemberStatus[];
}

function statusWith(membership: Membership, seq: number): Omit<MemberStatus, "user_id"> {
  if (hasRead(membership, seq)) return { status: "read", updated_at: membership.readAt };
  return wasDelivered(membership, seq)
    ? { status: "delivered", updated_at: membership.deliveredAt }
    : { status: "sent", updated_at: null };
}

/**
 * Returns the status of a message: as a whole, and for a page of the members. Throws `forbidden` or
 * `not_found`.
 */
export async function getMessageStatus(viewerId: string, id: string, page: Slice): Promise<StatusOfMessage> {
  const { roomId, seq } = accessMessageId(id);
  const room = await accessReadableRoom(viewerId, roomId);
  accessSeqs(room, [seq]);
  const { head, me } = room;
  const [message, roster, trackedReaders] = await Promise.all([
    getMessage(roomId, seq),
    getRoster(roomId, head.rosterChunks),
    getTrackedReaders(head),
  ]);
  if (!message) throw noSuchMessage();
  const others = roster.filter((member) => member.userId !== message.senderId);
  const shown = others.slice(page.start, page.start + page.size);
  const wanted = new Set([...trackedReaders.members, ...shown].map((member) => member.userId));
  const { memberships } = await batchGet({
    memberships: [...wanted].map((userId) => [roomId, userId] as const),
  });
  const byUser = new Map(
    memberships.map((membership) => [membership.userId, marksSeenByOthers(head, membership)]),
  );
  if (me) byUser.set(me.userId, me);
  return {
    messageId: messageId(roomId, seq),
    roomId,
    marks: marksOf(message, viewerId, inJoinOrder(head, trackedReaders.members, memberships, me)),
    count: others.length,
    members: shown.map(({ userId }) => {
      const membership = byUser.get(userId);
      return {
        user_id: userId,
        // A member who left during this request no longer has marks.
        ...(membership ? statusWith(membership, seq) : { status: "sent" as const, updated_at: null }),
      };
    }),
  };
}

/** Records that the caller has received or read a message. Throws `forbidden` or `not_found`. */
export async function updateMessageStatus(
  userId: string,
  id: string,
  status: "delivered" | "read",
): Promise<MemberStatus & { readonly message_id: string }> {
  const { roomId, seq } = accessMessageId(id);
  if (status === "read") await markMessagesRead(userId, roomId, [id]);
  else {
    const room = await accessMarkedRoom(userId, roomId, seq);
    accessSeqs(room, [seq]);
    await markRoomDelivered(room, seq);
  }
  const { me } = await accessMemberRoom(userId, roomId);
  const own = isReadBy(me, seq) ? { status: "read" as const, updated_at: me.readAt } : statusWith(me, seq);
  return { message_id: messageId(roomId, seq), user_id: userId, ...own };
}
