import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { parseMessageId } from "../kernel/runtime/ids.ts";
import { accessReadableRoom, firstVisibleSeq, type MemberRoom, type ReadableRoom } from "../rooms/access.ts";
import { type Head, isThere } from "../store/rooms/heads.ts";
import { batchGet } from "../store/table/batch-get.ts";

/** Why somebody who is not a member can't mark anything; a public room's existence is no secret. */
export function notMember(head: Head | undefined): ApiError {
  return head?.type === "public" && isThere(head)
    ? new ApiError("forbidden", "Only members mark messages here: join the room first.")
    : noRoomAccess();
}

export function noSuchMessage(): ApiError {
  return new ApiError("not_found", "There is no message with this id in the room: check the id.");
}

/**
 * The room of a member who marks something, as it was a moment ago, which is one read unit. It is read again as it is
 * now where the caller knows of more than it shows: of a message that came since, or of the room itself.
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

/** The room and the seq in a message's id. Throws `not_found` for an id that names no message anywhere. */
export function accessMessageId(messageId: string): { roomId: string; seq: number } {
  const place = parseMessageId(messageId);
  if (!place) throw noSuchMessage();
  return place;
}

/** The seqs of messages of this room; one of another room is 0, which no message has. */
export function seqsOf(roomId: string, messageIds: readonly string[]): number[] {
  return messageIds.map((messageId) => {
    const place = parseMessageId(messageId);
    return place?.roomId === roomId ? place.seq : 0;
  });
}

/** Throws `not_found` unless each seq is one that the caller can see. */
export function accessSeqs(room: ReadableRoom, seqs: readonly number[]): void {
  const first = firstVisibleSeq(room);
  if (seqs.some((seq) => seq < first || seq > room.head.seq)) throw noSuchMessage();
}
