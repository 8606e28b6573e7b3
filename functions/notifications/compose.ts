import type { NotificationType } from "../../contract/objects/notification.ts";
import { messageId, notificationId, urgentNotificationId } from "../kernel/runtime/ids.ts";
import type { StoredContact } from "../store/contacts/contacts.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import type { NewNotification } from "../store/notifications/notifications.ts";

/**
 * Returns the notification of a message for a user. Its id follows from the message, so a message
 * makes at most one notification for a user, whatever its type.
 */
export function notificationOfMessage(
  { roomId, seq, at, senderId }: StoredMessage,
  userId: string,
  type: NotificationType,
  isRebuilt = false,
): NewNotification {
  return {
    userId,
    id: (type === "emergency" ? urgentNotificationId : notificationId)(at, messageId(roomId, seq)),
    type,
    actorId: senderId,
    roomId,
    seq,
    joinedAt: null,
    isRebuilt,
  };
}

/** A member whom another user added to a room. */
export interface Invitation {
  readonly roomId: string;
  readonly userId: string;
  readonly addedBy: string;
  /** When the membership began, RFC 3339. */
  readonly joinedAt: string;
}

/** Returns the notification for a member whom another user added to a room. */
export function notificationOfInvitation(
  { roomId, userId, addedBy, joinedAt }: Invitation,
  isRebuilt = false,
): NewNotification {
  return {
    userId,
    id: notificationId(joinedAt, `invite\n${roomId}`),
    type: "group_invite",
    actorId: addedBy,
    roomId,
    seq: null,
    joinedAt,
    isRebuilt,
  };
}

/** Returns the notification for a user whom `ownerId` has added to their contacts. */
export function notificationOfContact(
  ownerId: string,
  { userId, createdAt }: StoredContact,
  isRebuilt = false,
): NewNotification {
  return {
    userId,
    id: notificationId(createdAt, `contact\n${ownerId}`),
    type: "contact_request",
    actorId: ownerId,
    roomId: null,
    seq: null,
    joinedAt: null,
    isRebuilt,
  };
}
