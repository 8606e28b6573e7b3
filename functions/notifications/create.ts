import type { NotificationType } from "../../contract/objects/notification.ts";
import type { User } from "../../contract/objects/user.ts";
import { listeningTo } from "../delivery/audience.ts";
import { postBestEffort } from "../delivery/best-effort.ts";
import { messageId, notificationId, urgentNotificationId } from "../kernel/runtime/ids.ts";
import type { StoredContact } from "../store/contacts/contacts.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import { type NewNotification, putNotification } from "../store/notifications/notifications.ts";
import type { Connection } from "../store/presence/presence.ts";
import { type People, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import { presentNotification } from "./present.ts";

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

/** The parts from which a published notification is presented. The caller has read all of them. */
interface NotificationParts {
  readonly message: StoredMessage | undefined;
  /** The profile of the actor, and the presences of actor and recipient. */
  readonly people: People;
  /** Whether the recipient may see the actor's e-mail address. */
  readonly seesEmail: boolean;
}

/**
 * Returns the recipient's connections that receive a notification. A connection that is limited to
 * a room receives the notifications of that room alone.
 */
function connectionsFor({ roomId, userId }: NewNotification, { presences }: People): Connection[] {
  const presence = presences.get(userId);
  return presence ? listeningTo(roomId, presence) : [];
}

/**
 * Puts a notification, and publishes it to the recipient's connections. A repeated call publishes
 * it again, since no record says whether the first call did. It does not once the recipient has
 * marked the notification as read or deleted it.
 */
export async function putAndPublishNotification(
  notification: NewNotification,
  { message, people, seesEmail }: NotificationParts,
): Promise<void> {
  const stored = await putNotification(notification);
  if (stored.isDeleted || stored.isMarkedRead) return;
  const connections = connectionsFor(stored, people);
  if (connections.length === 0) return;
  const present = (userId: string): User => presentUser(personOf(people, userId, stored.userId), seesEmail);
  const parts = { message, isMessageRead: false, count: 1, isRead: false, present };
  await postBestEffort("notification", async () => ({
    connections,
    event: { type: "notification", notification: presentNotification(stored, parts) },
  }));
}
