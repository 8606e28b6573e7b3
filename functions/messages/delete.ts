import type { Message } from "../../contract/objects/message.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { accessPermission, type MemberRoom } from "../rooms/access.ts";
import { accessUnblocked } from "../rooms/sending.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import { deletePin } from "../store/messages/pins.ts";
import type { Head } from "../store/rooms/heads.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { accessChangeableMessage, accessLasting } from "./access.ts";
import { changeMessage } from "./change.ts";
import { publishDeleted, publishUpdated } from "./events.ts";

function isModerator({ head, me }: MemberRoom): boolean {
  return head.type !== "direct" && me.role === "admin";
}

/** Throws `forbidden` unless the caller is the author, or an admin of a room that is not direct. */
function accessDeletion(room: MemberRoom, message: StoredMessage, what: "delete" | "restore"): void {
  if (message.senderId === room.me.userId || isModerator(room)) return;
  throw new ApiError(
    "forbidden",
    room.head.type === "direct"
      ? `Only its author can ${what} a message in a direct room.`
      : `Only its author and the room's admins can ${what} a message.`,
  );
}

/**
 * Returns whether only its author deleted the message, while `by` is another user. Such an author
 * could restore the message, even after another user deleted it too.
 */
function isAuthorsAlone({ senderId, deletedBy, isRemoved }: StoredMessage, by: string): boolean {
  return deletedBy === senderId && by !== senderId && !isRemoved;
}

interface Removal {
  readonly kind: "delete" | "remove";
  readonly by: string;
  readonly payer: Membership | undefined;
}

/**
 * Deletes a message for a user who may do so, and publishes it to the room. An administrator's
 * `remove` is final, even if the message was deleted before. Throws `rate_limited` for a member,
 * who pays for the change.
 */
export async function removeMessage(
  head: Head,
  message: StoredMessage,
  { kind, by, payer }: Removal,
): Promise<void> {
  let pinnedAt = message.pinnedAt;
  const changed = await changeMessage(message, {
    intent: (current) => {
      pinnedAt = current.pinnedAt ?? pinnedAt;
      const isDone =
        kind === "remove" ? current.isRemoved : current.isDeleted && !isAuthorsAlone(current, by);
      return isDone ? undefined : { kind, by, at: isoNow() };
    },
    payer,
  });
  if (pinnedAt !== null) await deletePin(message, pinnedAt);
  await publishDeleted(head, changed);
}

/**
 * Deletes a message. It keeps its place and its content, which users no longer see, and loses
 * its file. The stream then removes the file's object. If interrupted: the list of pins keeps an
 * entry, which it skips. Throws `forbidden` or `not_found`.
 */
export async function deleteMessage(actor: Actor, roomId: string, messageId: string): Promise<void> {
  const { room, message } = await accessChangeableMessage(actor.userId, roomId, messageId);
  accessDeletion(room, message, "delete");
  accessLasting(message);
  await removeMessage(room.head, message, { kind: "delete", by: actor.userId, payer: room.me });
}

/**
 * Restores a deleted message, without its pin and its file. An author cannot restore what an admin
 * deleted, and no user can restore what an administrator removed. Throws `forbidden`, `not_found`,
 * or `conflict` if the file was the message's only content.
 */
export async function restoreMessage(actor: Actor, roomId: string, messageId: string): Promise<Message> {
  const { room, message } = await accessChangeableMessage(actor.userId, roomId, messageId);
  accessDeletion(room, message, "restore");
  accessUnblocked(room);
  accessPermission(room, "can_send", "send messages, nor restore them");
  const changed = await changeMessage(message, {
    intent: (current) => {
      accessLasting(current);
      if (!current.isDeleted) return undefined;
      if (current.isRemoved)
        throw new ApiError("forbidden", "An administrator removed this message: it can't be restored.");
      if (current.deletedBy !== actor.userId && !isModerator(room))
        throw new ApiError("forbidden", "An admin deleted this message: ask one to restore it.");
      if (current.content === "")
        throw new ApiError("conflict", "Nothing is left of this message: its file was removed with it.");
      return { kind: "restore" };
    },
    payer: room.me,
  });
  return publishUpdated(room, changed);
}
