import { isDeletedOrExpired } from "../messages/present.ts";
import type { MemberRoom } from "../rooms/access.ts";
import { listMessagesBetween, type StoredMessage } from "../store/messages/messages.ts";
import { keptSince, type NewNotification } from "../store/notifications/notifications.ts";
import { isReadBy } from "../store/rooms/read-ahead.ts";
import type { Profile } from "../store/users/profiles.ts";
import { notificationOfMessage } from "./compose.ts";
import { wantsNotifications } from "./notify-members.ts";
import { getAddressKinds } from "./recipients.ts";

const pageSize = 500;
/** Messages of a room that are looked at, from the newest on. */
const looked = 10_000;

/** What a page of a room's messages is to have told somebody of, and the seq of the last message of the next page. */
interface AddressingPage {
  readonly notifications: readonly NewNotification[];
  readonly next: number | undefined;
}

/**
 * What unread messages of a room are to have told somebody of: mentions, replies and emergencies, from as long ago as
 * notifications are kept. Of edited ones what they say now; of what is muted now, emergencies alone. A page, of messages up
 * to `last`.
 */
export async function listAddressingMessages(
  { head, me }: MemberRoom,
  person: Pick<Profile, "id" | "username">,
  apart: ReadonlySet<string>,
  last: number = head.seq,
): Promise<AddressingPage> {
  const since = keptSince();
  const first = Math.max(me.readSeq, me.joinedSeq, head.floor, head.seq - looked) + 1;
  const messages = await listMessagesBetween(head.id, { first, last, limit: pageSize, newest: true });
  const unread = messages.filter(
    (message) =>
      !isReadBy(me, message.seq) &&
      message.senderId !== me.userId &&
      !apart.has(message.senderId) &&
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
      ...[...(await getAddressKinds(others, person))].map(([message, type]) => notificationOf(message, type)),
    ],
    next: oldest && oldest.seq > first && Date.parse(oldest.at) > since ? oldest.seq - 1 : undefined,
  };
}
