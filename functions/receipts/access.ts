import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { parseMessageId } from "../kernel/runtime/ids.ts";
import { accessReadableRoom, type MemberRoom, type ReadableRoom } from "../rooms/access.ts";
import { type Head, isThere } from "../store/rooms/heads.ts";
import { firstVisibleSeq } from "../store/rooms/history-visibility.ts";
import { batchGet } from "../store/table/batch-get.ts";

/**
 * Returns the error for a user who is no member and so cannot mark anything. A public room's
 * existence is no secret.
 */
export function notMember(head: Head | undefined): ApiError {
  return head?.type === "public" && isThere(head)
    ? new ApiError("forbidden", "Only members mark messages here: join the room first.")
    : noRoomAccess();
}

/** Returns the error for a message id that is unknown in the room. */
export function noSuchMessage(): ApiError {
  return new ApiError("not_found", "There is no message with this id in the room: check the id.");
}

/**
 * Returns the room of a member who marks messages. First it reads the room as it was a moment ago,
 * which takes one read unit. It reads the current room if the caller knows more than that shows: a
 * later message, or the room itself. Throws `forbidden` unless the caller is a member.
 */
export async function accessMarkedRoom(
  userId: string,
  roomId: string,
  highestSeq: number,
): Promise<MemberRoom> {
  const { heads, memberships } = await batchGet({ heads: [roomId], memberships: [[roomId, userId]] });
  const [head] = heads;
  const [me] = memberships;
  if (isThere(head) && me && highestSeq <= head.seq) return { head, me };
  const room = await accessReadableRoom(userId, roomId);
  if (!room.me) throw notMember(room.head);
  return { head: room.head, me: room.me };
}

/**
 * Returns the room and the seq in a message's id. Throws `not_found` for an id that has no such
 * form.
 */
export function accessMessageId(messageId: string): { roomId: string; seq: number } {
  const place = parseMessageId(messageId);
  if (!place) throw noSuchMessage();
  return place;
}

/**
 * Returns the seqs of messages of this room. A message of another room becomes 0, which is no
 * message's seq.
 */
export function seqsOf(roomId: string, messageIds: readonly string[]): number[] {
  return messageIds.map((messageId) => {
    const place = parseMessageId(messageId);
    return place?.roomId === roomId ? place.seq : 0;
  });
}

/** Throws `not_found` unless the caller can see the message of each seq. */
export function accessSeqs(room: ReadableRoom, seqs: readonly number[]): void {
  const first = firstVisibleSeq(room);
  if (seqs.some((seq) => seq < first || seq > room.head.seq)) throw noSuchMessage();
}
