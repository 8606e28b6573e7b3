import { listMessagesBetween, type StoredMessage } from "../data/messages.ts";
import { keptSince, type NewNotification } from "../data/notifications.ts";
import { isRead } from "../data/read-ahead.ts";
import { forEach } from "../kernel/for-each.ts";
import type { MemberRoom } from "./access-room.ts";
import { getAddressed, mayAddress } from "./addressed.ts";
import { notificationOfMessage } from "./new-notifications.ts";
import { isGone } from "./present-message.ts";
import { wantsNotifications } from "./wants-notifications.ts";

const pageSize = 500;
/** Pages of a room's unread messages that are looked at, from the newest on. */
const pagesLooked = 20;
const readAtOnce = 10;

/** What a message tells its receiver of, whatever else is unread; undefined where nothing does. */
const getNotification = async (
  { me }: MemberRoom,
  message: StoredMessage,
): Promise<NewNotification | undefined> => {
  if (message.priority === "emergency") return notificationOfMessage(message, me.userId, "emergency", true);
  const type = (await getAddressed(message)).get(me.userId);
  return type && notificationOfMessage(message, me.userId, type, true);
};

/**
 * What the unread messages of a room are to have told somebody of: mentions, replies and emergencies, from as long ago as
 * notifications are kept. Of edited ones what they say now; of what is muted now, emergencies alone.
 */
export const listAddressing = async (
  room: MemberRoom,
  apart: ReadonlySet<string>,
): Promise<NewNotification[]> => {
  const { head, me } = room;
  const since = keptSince();
  const wanted = wantsNotifications(me);
  const first = Math.max(me.readSeq, me.joinedSeq, head.floor) + 1;
  const found: NewNotification[] = [];
  for (let page = 0, last = head.seq; page < pagesLooked && last >= first; page += 1) {
    const messages = await listMessagesBetween(head.id, { first, last, limit: pageSize, newest: true });
    const telling = messages.filter(
      (message) =>
        !isRead(me, message.seq) &&
        message.senderId !== me.userId &&
        !apart.has(message.senderId) &&
        !isGone(message) &&
        Date.parse(message.at) > since &&
        (message.priority === "emergency" || (wanted && mayAddress(message))),
    );
    await forEach(telling, readAtOnce, async (message) => {
      const notification = await getNotification(room, message);
      if (notification) found.push(notification);
    });
    const [oldest] = messages;
    if (!oldest || Date.parse(oldest.at) <= since) break;
    last = oldest.seq - 1;
  }
  return found;
};
