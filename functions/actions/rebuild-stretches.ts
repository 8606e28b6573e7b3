import { getHead } from "../data/heads.ts";
import { getMembership, type Membership } from "../data/memberships.ts";
import {
  getNoticed,
  keptSince,
  listNotifications,
  type NewNotification,
  putNotification,
} from "../data/notifications.ts";
import { getPresence, type Presence } from "../data/presence.ts";
import { forgetStretch, moveStretch, putStretchAway } from "../data/stretches.ts";
import { forEach } from "../kernel/for-each.ts";
import type { MemberRoom } from "./access-room.ts";
import { listeningTo } from "./audience.ts";
import { notificationOfMessage } from "./new-notifications.ts";
import { unreadCount } from "./read-state.ts";
import { getTelling, type TellingChoice } from "./telling-message.ts";
import { wantsNotifications } from "./wants-notifications.ts";

/** Notifications of somebody that are looked at, emergencies apart: more than are ever shown. */
const looked = 2000;
const roomsAtOnce = 10;
const attempts = 5;

/** What of a user's notifications was read before, who is nobody to them, and when they were there. */
interface Known {
  /** Up to when they have marked all as read, in milliseconds since 1970. */
  readonly noticed: number;
  readonly notifications: readonly NewNotification[];
  readonly apart: ReadonlySet<string>;
  readonly presence: Presence;
}

/**
 * Until when somebody was there, as far as is known, in milliseconds since 1970: what came until then notified them of
 * nothing, or they have seen that there is something unread.
 */
const seenUntil = (roomId: string, presence: Presence): number =>
  listeningTo(roomId, presence).length > 0
    ? Number.POSITIVE_INFINITY
    : Date.parse(presence.lastSeen ?? new Date(0).toISOString());

/**
 * By what a room's unread messages are to be told of: the message that is noted, or the last one that a notification is
 * there of; else the first one that nothing else has told of, and that came while they were not there.
 */
const choiceOf = ({ head, me }: MemberRoom, { notifications, apart, presence }: Known): TellingChoice => {
  const ofRoom = notifications.filter(({ roomId }) => roomId === head.id);
  const noted = [me.notifiedSeq, ...ofRoom.map(({ type, seq }) => (type === "new_message" ? (seq ?? 0) : 0))]
    .filter((seq) => seq > me.readSeq && seq <= head.seq)
    .sort((one, other) => other - one);
  const others = ofRoom.flatMap(({ type, seq }) => (type === "new_message" ? [] : (seq ?? [])));
  const since = Math.max(seenUntil(head.id, presence), keptSince());
  return { noted, since, others: new Set(others), apart };
};

/** Has the unread messages of a room as it was read notified of; false where something else was noted meanwhile. */
const notifyOnce = async (room: MemberRoom, known: Known): Promise<boolean> => {
  const { head, me } = room;
  const { noticed } = known;
  if (!wantsNotifications(me) || unreadCount(me, head.seq) === 0) return true;
  if (me.isPutAway && me.notifiedSeq > me.readSeq) return true;
  const message = await getTelling(room, choiceOf(room, known));
  if (!message || Date.parse(message.at) <= keptSince()) return true;
  if (!(await moveStretch(me, message.seq))) return false;
  const stored = await putNotification(notificationOfMessage(message, me.userId, "new_message", true));
  // What they have put away themselves tells them of nothing, although the membership had lost that: the next message does.
  if (stored.isDeleted || stored.isMarkedRead || stored.notedAt <= noticed)
    await putStretchAway(head.id, me.userId, message.seq);
  return true;
};

/**
 * Has a room's unread messages notified of, once; again, as long as somebody else notifies of them, or reads them. Whatever
 * is read or muted there, a message that does not exist is noted no more: it would keep those to come silent.
 */
const restore = async ({ head: first, me }: MemberRoom, known: Known): Promise<void> => {
  let head = first;
  let current: Membership | undefined = me;
  for (let attempt = 0; attempt < attempts && current; attempt += 1) {
    // Read after the membership, where the message that is noted there may have come since.
    if (current.notifiedSeq > head.seq) head = (await getHead(head.id, "consistent")) ?? head;
    if (current.notifiedSeq > head.seq) await forgetStretch(current);
    else if (await notifyOnce({ head, me: current }, known)) return;
    current = await getMembership(head.id, me.userId, "consistent");
  }
};

/** Reads what is to be known of somebody, apart from their rooms; `apart` are those who are nobody to them. */
export const getKnown = async (userId: string, apart: ReadonlySet<string>): Promise<Known> => {
  const [notifications, noticed, presence] = await Promise.all([
    listNotifications(userId, looked),
    getNoticed(userId),
    getPresence(userId, "consistent"),
  ]);
  return { noticed, notifications, apart, presence };
};

/**
 * Has somebody notified of what they have not read in some rooms: of what came since they were last there, or told them when
 * it came, wherever that is lost or what is noted of it is wrong. In large rooms new messages notify nobody.
 */
export const rebuildStretches = async (rooms: readonly MemberRoom[], known: Known): Promise<void> => {
  const small = rooms.filter(({ head }) => head.rosterChunks === 1);
  await forEach(small, roomsAtOnce, (room) => restore(room, known));
};
