import type { User } from "../../contract/objects/user.ts";
import { listeningTo } from "../delivery/audience.ts";
import { postBestEffort } from "../delivery/best-effort.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import { type NewNotification, putNotification } from "../store/notifications/notifications.ts";
import type { Connection } from "../store/presence/presence.ts";
import { type People, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import { presentNotification } from "./present.ts";

/** What a notification that is told at once is made of, all of it read before. */
interface NotificationParts {
  readonly message: StoredMessage | undefined;
  /** The profile of who set it off, and the presences of both. */
  readonly people: People;
  /** Whether the receiver may see the e-mail address of who set it off. */
  readonly seesEmail: boolean;
}

/** The receiver's connections that it is for: a connection of one room gets what is of that room. */
function connectionsFor({ roomId, userId }: NewNotification, { presences }: People): Connection[] {
  const presence = presences.get(userId);
  return presence ? listeningTo(roomId, presence) : [];
}

/**
 * Puts a notification, and tells its receiver where they are connected. Called again, it tells them again, since nobody
 * knows whether it was done; not once they have read or deleted it.
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
