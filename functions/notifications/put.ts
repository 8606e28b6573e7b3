import type { User } from "../../contract/objects/user.ts";
import { listeningTo } from "../delivery/audience.ts";
import { postBestEffort } from "../delivery/best-effort.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import { type NewNotification, putNotification } from "../store/notifications/notifications.ts";
import type { Connection } from "../store/presence/presence.ts";
import { type People, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import { presentNotification } from "./present.ts";

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
