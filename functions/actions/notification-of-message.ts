import type { NotificationType } from "../../contract/objects/notification.ts";
import type { StoredMessage } from "../data/messages.ts";
import type { NewNotification } from "../data/notifications.ts";
import { messageId, notificationId, urgentNotificationId } from "../kernel/ids.ts";

/** What tells somebody of a message: one notification of theirs at most, whatever its type. */
export const notificationOfMessage = (
  { roomId, seq, at, senderId }: StoredMessage,
  userId: string,
  type: NotificationType,
  isRebuilt = false,
): NewNotification => ({
  userId,
  id: (type === "emergency" ? urgentNotificationId : notificationId)(at, messageId(roomId, seq)),
  type,
  actorId: senderId,
  roomId,
  seq,
  joinedAt: null,
  isRebuilt,
});
