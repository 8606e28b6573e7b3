import { ApiError } from "../kernel/http/api-error.ts";
import { parseMessageId } from "../kernel/runtime/ids.ts";
import { isPast } from "../kernel/runtime/time.ts";
import { noSuchMessage } from "../receipts/access.ts";
import {
  accessMemberRoom,
  accessReadableRoom,
  firstVisibleSeq,
  type MemberRoom,
  type ReadableRoom,
} from "../rooms/access.ts";
import { getMessage, type StoredMessage } from "../store/messages/messages.ts";

/** A message that the caller may see, with its room. */
interface RoomMessage<R extends ReadableRoom = ReadableRoom> {
  readonly room: R;
  readonly message: StoredMessage;
}

/** Throws `not_found` unless the id names a message of the room that the caller may see. */
export async function accessVisibleMessage(room: ReadableRoom, messageId: string): Promise<StoredMessage> {
  const place = parseMessageId(messageId);
  const { head } = room;
  if (place?.roomId !== head.id || place.seq < firstVisibleSeq(room) || place.seq > head.seq)
    throw noSuchMessage();
  const message = await getMessage(head.id, place.seq);
  if (!message) throw noSuchMessage();
  return message;
}

/** Throws `forbidden` for the room, and `not_found` for the message. */
export async function accessMessage(userId: string, roomId: string, messageId: string): Promise<RoomMessage> {
  const room = await accessReadableRoom(userId, roomId);
  return { room, message: await accessVisibleMessage(room, messageId) };
}

/** Throws `not_found` for a message that has destroyed itself: it is shown as deleted, and nothing can be done to it. */
export function accessLasting(message: StoredMessage): void {
  if (isPast(message.expiresAt)) throw new ApiError("not_found", "The message has destroyed itself.");
}

/** Throws `conflict` for a deleted message. */
export function accessPresent(message: StoredMessage): void {
  accessLasting(message);
  if (message.isDeleted) throw new ApiError("conflict", "The message is deleted: restore it first.");
}

/**
 * A message that a member wants to change. Throws `forbidden` where the room is not the caller's, or archived, and
 * `not_found` for the message.
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
