import type { Notification } from "../../contract/objects/notification.ts";
import type { User } from "../../contract/objects/user.ts";
import { messageId } from "../kernel/runtime/ids.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import type { StoredNotification } from "../store/notifications/notifications.ts";
import { previewOf } from "../store/rooms/heads.ts";

/** The parts from which a notification is presented. */
interface NotificationParts {
  /** The message that the notification is about, if it still exists. */
  readonly message: StoredMessage | undefined;
  /** Whether the message is read. */
  readonly isMessageRead: boolean;
  readonly count: number;
  readonly isRead: boolean;
  /** Presents a user to the recipient. */
  readonly present: (userId: string) => User;
}

/**
 * Returns a notification as its recipient sees it. A message that is deleted or has expired keeps
 * its place, without its content.
 */
export function presentNotification(
  stored: StoredNotification,
  { message, isMessageRead, count, isRead, present }: NotificationParts,
): Notification {
  return {
    id: stored.id,
    type: stored.type,
    room: stored.roomId,
    message: message
      ? {
          id: messageId(message.roomId, message.seq),
          seq: message.seq,
          content: isDeletedOrExpired(message) ? "" : previewOf(message.content),
          message_type: message.type,
          sender: present(message.senderId),
          timestamp: message.at,
          is_deleted: isDeletedOrExpired(message),
          is_read: isMessageRead,
        }
      : null,
    actor: present(stored.actorId),
    count,
    is_read: isRead,
    created_at: stored.createdAt,
  };
}
