import { ApiError } from "../kernel/http/api-error.ts";
import { parseMessageId } from "../kernel/runtime/ids.ts";
import { isPast } from "../kernel/runtime/time.ts";
import { noSuchMessage } from "../receipts/access.ts";
import { accessMemberRoom, accessReadableRoom, type MemberRoom, type ReadableRoom } from "../rooms/access.ts";
import { getMessage, type StoredMessage } from "../store/messages/messages.ts";
import { firstVisibleSeq } from "../store/rooms/history-visibility.ts";

/** A message that the caller may see, with its room. */
interface RoomMessage<R extends ReadableRoom = ReadableRoom> {
  readonly room: R;
  readonly message: StoredMessage;
}

/**
 * Returns the message. Throws `not_found` unless the id names a message of this room that the
 * caller may see.
 */
export async function accessVisibleMessage(room: ReadableRoom, messageId: string): Promise<StoredMessage> {
  const place = parseMessageId(messageId);
  const { head } = room;
  if (place?.roomId !== head.id || place.seq < firstVisibleSeq(room) || place.seq > head.seq)
    throw noSuchMessage();
  const message = await getMessage(head.id, place.seq);
  if (!message) throw noSuchMessage();
  return message;
}

/**
 * Returns the message and its room. Throws `forbidden` for the room and `not_found` for the
 * message.
 */
export async function accessMessage(userId: string, roomId: string, messageId: string): Promise<RoomMessage> {
  const room = await accessReadableRoom(userId, roomId);
  return { room, message: await accessVisibleMessage(room, messageId) };
}

/**
 * Throws `not_found` for an expired message: it is shown as deleted, and no operation changes it.
 */
export function accessLasting(message: StoredMessage): void {
  if (isPast(message.expiresAt)) throw new ApiError("not_found", "The message has destroyed itself.");
}

/** Throws `conflict` for a deleted message, and `not_found` for an expired one. */
export function accessPresent(message: StoredMessage): void {
  accessLasting(message);
  if (message.isDeleted) throw new ApiError("conflict", "The message is deleted: restore it first.");
}

/**
 * Returns a message that a member wants to change. Throws `forbidden` if the caller is not a member
 * or the room is archived. Throws `not_found` for the message.
 */
export async function accessChangeableMessage(
  userId: string,
  roomId: string,
  messageId: string,
): Promise<RoomMessage<MemberRoom>> {
  const room = await accessMemberRoom(userId, roomId);
  const message = await accessVisibleMessage(room, messageId);
  if (room.head.status !== "active")
    throw new ApiError("forbidden", "The room is archived: activate it to change its messages.");
  return { room, message };
}
