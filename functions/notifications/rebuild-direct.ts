import { isDeletedOrExpired } from "../messages/present.ts";
import type { MemberRoom } from "../rooms/access.ts";
import { listMessagesBetween, type StoredMessage } from "../store/messages/messages.ts";
import { keptSince, type NewNotification } from "../store/notifications/notifications.ts";
import { isReadBy } from "../store/rooms/unread.ts";
import type { Profile } from "../store/users/profiles.ts";
import { notificationOfMessage } from "./create.ts";
import { getAddressKinds } from "./mentions-and-replies.ts";
import { wantsNotifications } from "./notify-members.ts";

const pageSize = 500;
/** The newest messages of a room that are read: older ones make no notification. */
const messageLimit = 10_000;

/**
 * The notifications that a page of a room's messages makes, and the seq of the last message of the
 * next page.
 */
interface DirectPage {
  readonly notifications: readonly NewNotification[];
  readonly next: number | undefined;
}

/**
 * Returns the direct notifications that unread messages of a room make for a user: mentions,
 * replies and emergencies, as far back as notifications are kept. An edited message counts with
 * what it says now. A room that is muted now makes emergencies alone. Reads one page, of messages
 * up to `last`.
 */
export async function listDirectNotifications(
  { head, me }: MemberRoom,
  user: Pick<Profile, "id" | "username">,
  blockedIds: ReadonlySet<string>,
  last: number = head.seq,
): Promise<DirectPage> {
  const since = keptSince();
  const first = Math.max(me.readSeq, me.joinedSeq, head.floor, head.seq - messageLimit) + 1;
  const messages = await listMessagesBetween(head.id, { first, last, limit: pageSize, newest: true });
  const unread = messages.filter(
    (message) =>
      !isReadBy(me, message.seq) &&
      message.senderId !== me.userId &&
      !blockedIds.has(message.senderId) &&
      !isDeletedOrExpired(message) &&
      Date.parse(message.at) > since,
  );
  const isUrgent = ({ priority }: StoredMessage): boolean => priority === "emergency";
  const others = wantsNotifications(me) ? unread.filter((message) => !isUrgent(message)) : [];
  const notificationOf = (message: StoredMessage, type: "emergency" | "mention" | "message_reply") =>
    notificationOfMessage(message, me.userId, type, true);
  const [oldest] = messages;
  return {
    notifications: [
      ...unread.filter(isUrgent).map((message) => notificationOf(message, "emergency")),
      ...[...(await getAddressKinds(others, user))].map(([message, type]) => notificationOf(message, type)),
    ],
    next: oldest && oldest.seq > first && Date.parse(oldest.at) > since ? oldest.seq - 1 : undefined,
  };
}
