import type { NotificationType } from "../../contract/objects/notification.ts";
import { messageId, notificationId, urgentNotificationId } from "../kernel/runtime/ids.ts";
import type { StoredContact } from "../store/contacts/contacts.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import type { NewNotification } from "../store/notifications/notifications.ts";

/** What tells somebody of a message: one notification of theirs at most, whatever its type. */
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

/** Somebody who was added to a room by somebody else. */
export interface Invitation {
  readonly roomId: string;
  readonly userId: string;
  readonly addedBy: string;
  /** When the membership began, RFC 3339. */
  readonly joinedAt: string;
}

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

/** What tells somebody that they were added to the contacts of `ownerId`. */
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
