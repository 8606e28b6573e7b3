import type { Notification } from "../../contract/objects/notification.ts";
import type { User } from "../../contract/objects/user.ts";
import { messageId } from "../kernel/runtime/ids.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import type { StoredNotification } from "../store/notifications/notifications.ts";
import { previewOf } from "../store/rooms/heads.ts";

/** What the view of a notification is made of. */
interface NotificationParts {
  /** The message that it is about, as far as there is one still. */
  readonly message: StoredMessage | undefined;
  /** Whether the message is read. */
  readonly isMessageRead: boolean;
  readonly count: number;
  readonly isRead: boolean;
  /** Shows a person to the receiver. */
  readonly present: (userId: string) => User;
}

/** A notification as its receiver sees it. Of a message that is deleted, or has destroyed itself, the place is left. */
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
