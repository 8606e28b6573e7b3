import { listeningTo } from "../delivery/audience.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import type { MemberRoom } from "../rooms/access.ts";
import {
  findNotification,
  getReadAllTime,
  keptSince,
  type NewNotification,
  putNotification,
} from "../store/notifications/notifications.ts";
import { dropNotice, moveNotice } from "../store/notifications/unread-notices.ts";
import { getPresence } from "../store/presence/presence.ts";
import { getHead, isLarge } from "../store/rooms/heads.ts";
import { getMembership, type Membership } from "../store/rooms/memberships.ts";
import { countUnread } from "../store/rooms/read-ahead.ts";
import { notificationOfMessage } from "./compose.ts";
import { wantsNotifications } from "./notify-members.ts";
import { getRepresentative, type RepresentativeChoice } from "./representative-message.ts";

const roomsAtOnce = 10;
const attempts = 5;

/** What of a user's notifications was read before, or has just been made, and who is nobody to them. */
export interface Known {
  readonly notifications: readonly NewNotification[];
  readonly apart: ReadonlySet<string>;
}

/**
 * Until when somebody was there, as far as is known, in milliseconds since 1970: what came until then notified them of
 * nothing, or they have seen that there is something unread. Read after what is unread: of all that came before it tells.
 */
async function getSeenUntil(roomId: string, userId: string): Promise<number> {
  const presence = await getPresence(userId, "consistent");
  return listeningTo(roomId, presence).length > 0
    ? Number.POSITIVE_INFINITY
    : Date.parse(presence.lastSeen ?? new Date(0).toISOString());
}

/** What a room's unread messages have told of, by the numbers of the messages that it was told by. */
function toldIn({ head, me }: MemberRoom, notifications: readonly NewNotification[]) {
  const ofRoom = notifications.filter(({ roomId }) => roomId === head.id);
  const isUnread = (seq: number): boolean => seq > me.readSeq && seq <= head.seq;
  const seqsOf = (isNew: boolean) =>
    ofRoom.flatMap(({ type, seq }) => (seq !== null && (type === "new_message") === isNew ? [seq] : []));
  const stretches = new Set(seqsOf(true).filter(isUnread));
  return {
    stretches,
    // An edit may make of a message one that would address its reader: it has told them of what is unread all the same.
    others: new Set(seqsOf(false).filter((seq) => !stretches.has(seq))),
    isNoted: isUnread(me.notifiedSeq),
  };
}

/**
 * By what a room's unread messages are to be told of; undefined where they are. It is the message that is noted, or the last
 * one that a notification is there of; else, and behind what was put away, the first one that nothing else has told of, and
 * that came while they were not there.
 */
async function choose(
  room: MemberRoom,
  { notifications, apart }: Known,
): Promise<RepresentativeChoice | undefined> {
  const { head, me } = room;
  const { stretches, others, isNoted } = toldIn(room, notifications);
  if (isNoted && !me.isDismissed && stretches.has(me.notifiedSeq)) return undefined;
  const after = isNoted && me.isDismissed ? me.notifiedSeq : 0;
  const noted = [me.notifiedSeq, ...stretches]
    .filter((seq) => seq > Math.max(me.readSeq, after) && seq <= head.seq && !others.has(seq))
    .sort((one, other) => other - one);
  const since = Math.max(await getSeenUntil(head.id, me.userId), keptSince());
  return { noted, since, after, others, apart };
}

/** Has the unread messages of a room as it was read notified of; false where something else was noted meanwhile. */
async function notifyOnce(room: MemberRoom, known: Known): Promise<boolean> {
  const { head, me } = room;
  if (!wantsNotifications(me) || countUnread(me, head.seq) === 0) return true;
  const choice = await choose(room, known);
  const message = choice && (await getRepresentative(room, choice));
  if (!message || Date.parse(message.at) <= keptSince()) return true;
  const notification = notificationOfMessage(message, me.userId, "new_message", true);
  const [stored, noticed] = await Promise.all([
    findNotification(me.userId, notification.id),
    getReadAllTime(me.userId),
  ]);
  const isTold =
    stored !== undefined &&
    !stored.isRebuilt &&
    !stored.isDeleted &&
    !stored.isMarkedRead &&
    stored.recordedAt > noticed;
  if (!(await moveNotice(me, message.seq, !isTold))) return false;
  await putNotification(notification);
  return true;
}

/**
 * Has a room's unread messages notified of, once; again, as long as somebody else notifies of them, or reads them. Whatever
 * is read or muted there, a message that does not exist is noted no more: it would keep those to come silent.
 */
async function restore({ head: first, me }: MemberRoom, known: Known): Promise<void> {
  let head = first;
  let current: Membership | undefined = me;
  for (let attempt = 0; attempt < attempts && current; attempt += 1) {
    // Read after the membership, where the message that is noted there may have come since.
    if (current.notifiedSeq > head.seq) head = (await getHead(head.id, "consistent")) ?? head;
    if (current.notifiedSeq > head.seq) await dropNotice(current);
    else if (await notifyOnce({ head, me: current }, known)) return;
    current = await getMembership(head.id, me.userId, "consistent");
  }
}

/**
 * Has somebody notified of what they have not read in some rooms: of what came since they were last there, or told them when
 * it came, wherever that is lost or what is noted of it is wrong. In large rooms new messages notify nobody.
 */
export async function rebuildUnreadNotices(rooms: readonly MemberRoom[], known: Known): Promise<void> {
  const small = rooms.filter(({ head }) => !isLarge(head));
  await forEachConcurrent(small, roomsAtOnce, (room) => restore(room, known));
}
