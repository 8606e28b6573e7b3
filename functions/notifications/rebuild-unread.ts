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
import { getHead } from "../store/rooms/heads.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import { getMembership, type Membership } from "../store/rooms/memberships.ts";
import { countUnread } from "../store/rooms/unread.ts";
import { notificationOfMessage } from "./create.ts";
import { wantsNotifications } from "./notify-members.ts";
import { getRepresentative, type RepresentativeChoice } from "./representative-message.ts";

const roomsAtOnce = 10;
const attempts = 5;

/** The facts about a user that the caller has read. */
export interface Known {
  /** Their notifications: those that existed, and those that the caller has just made. */
  readonly notifications: readonly NewNotification[];
  /** Users blocked by this user, or blocking them. */
  readonly blockedIds: ReadonlySet<string>;
}

/**
 * Returns the time up to which a user was connected to a room, as far as is known, in milliseconds
 * since 1970; infinity while they are connected. A message from before that time did not notify
 * them, or they have seen that it is unread. It is read after the head of the room: then it covers
 * every message that the head counts.
 */
async function getSeenUntil(roomId: string, userId: string): Promise<number> {
  const presence = await getPresence(userId, "consistent");
  return listeningTo(roomId, presence).length > 0
    ? Number.POSITIVE_INFINITY
    : Date.parse(presence.lastSeen ?? new Date(0).toISOString());
}

/**
 * Returns the seqs of the messages of a room by which notifications exist: `noticeSeqs` for unread
 * notices, `directSeqs` for mentions, replies and emergencies. `isRecorded` says whether the
 * membership records an unread notice.
 */
function findNotified({ head, me }: MemberRoom, notifications: readonly NewNotification[]) {
  const ofRoom = notifications.filter(({ roomId }) => roomId === head.id);
  const isUnread = (seq: number): boolean => seq > me.readSeq && seq <= head.seq;
  const seqsOf = (isNew: boolean) =>
    ofRoom.flatMap(({ type, seq }) => (seq !== null && (type === "new_message") === isNew ? [seq] : []));
  const noticeSeqs = new Set(seqsOf(true).filter(isUnread));
  return {
    noticeSeqs,
    // An edit may add a mention to a message that gave a notice: the notice stands all the same.
    directSeqs: new Set(seqsOf(false).filter((seq) => !noticeSeqs.has(seq))),
    isRecorded: isUnread(me.notifiedSeq),
  };
}

/**
 * Returns how to choose the representative message of a room's unread notice; undefined if the
 * notice is in order. It is the recorded message, or else the last one that an unread notice names.
 * If there is none, or that notice was dismissed, it is the first later message that has no direct
 * notification, and that came while the user was not connected.
 */
async function chooseMessage(
  room: MemberRoom,
  { notifications, blockedIds }: Known,
): Promise<RepresentativeChoice | undefined> {
  const { head, me } = room;
  const { noticeSeqs, directSeqs, isRecorded } = findNotified(room, notifications);
  if (isRecorded && !me.isDismissed && noticeSeqs.has(me.notifiedSeq)) return undefined;
  const after = isRecorded && me.isDismissed ? me.notifiedSeq : 0;
  const recorded = [me.notifiedSeq, ...noticeSeqs]
    .filter((seq) => seq > Math.max(me.readSeq, after) && seq <= head.seq && !directSeqs.has(seq))
    .sort((one, other) => other - one);
  const since = Math.max(await getSeenUntil(head.id, me.userId), keptSince());
  return { recorded, since, after, excluded: directSeqs, blockedIds };
}

/**
 * Restores the unread notice of a room as it was read. Returns false if another call recorded
 * another notice meanwhile.
 */
async function restoreOnce(room: MemberRoom, known: Known): Promise<boolean> {
  const { head, me } = room;
  if (!wantsNotifications(me) || countUnread(me, head.seq) === 0) return true;
  const choice = await chooseMessage(room, known);
  const message = choice && (await getRepresentative(room, choice));
  if (!message || Date.parse(message.at) <= keptSince()) return true;
  const notification = notificationOfMessage(message, me.userId, "new_message", true);
  const [stored, allReadAt] = await Promise.all([
    findNotification(me.userId, notification.id),
    getReadAllTime(me.userId),
  ]);
  const hasNotified =
    stored !== undefined &&
    !stored.isRebuilt &&
    !stored.isDeleted &&
    !stored.isMarkedRead &&
    stored.recordedAt > allReadAt;
  if (!(await moveNotice(me, message.seq, !hasNotified))) return false;
  await putNotification(notification);
  return true;
}

/**
 * Restores the unread notice of a room. Tries again if another call gives the notice, or the user
 * reads the messages, meanwhile. Even if all is read or muted, the record of a message that does
 * not exist is dropped: it would keep later messages silent.
 */
async function restore({ head: first, me }: MemberRoom, known: Known): Promise<void> {
  let head = first;
  let current: Membership | undefined = me;
  for (let attempt = 0; attempt < attempts && current; attempt += 1) {
    // Reads the head again: the message that the membership records may have come after the head
    // was read.
    if (current.notifiedSeq > head.seq) head = (await getHead(head.id, "consistent")) ?? head;
    if (current.notifiedSeq > head.seq) await dropNotice(current);
    else if (await restoreOnce({ head, me: current }, known)) return;
    current = await getMembership(head.id, me.userId, "consistent");
  }
}

/**
 * Restores a user's unread notices in some rooms, where the notice is lost or its record is wrong:
 * for messages that came since the user was last connected, or that notified them when they came.
 * In large rooms new messages notify no member.
 */
export async function rebuildUnreadNotices(rooms: readonly MemberRoom[], known: Known): Promise<void> {
  const small = rooms.filter(({ head }) => !isLarge(head));
  await forEachConcurrent(small, roomsAtOnce, (room) => restore(room, known));
}
