import type { Notification } from "../../contract/objects/notification.ts";
import type { User } from "../../contract/objects/user.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import type { MemberRoom } from "../rooms/access.ts";
import { listBlocks } from "../store/contacts/blocks.ts";
import { getMessagesAt, type StoredMessage } from "../store/messages/messages.ts";
import { getReadAllTime, type StoredNotification } from "../store/notifications/notifications.ts";
import { countUnread, isReadBy } from "../store/rooms/read-ahead.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { areBlocked, personOf } from "../store/users/users.ts";
import { withSeenEmail } from "../users/email-visibility.ts";
import { presentUser } from "../users/present.ts";
import { presentNotification } from "./present.ts";
import { getRepresentative } from "./representative-message.ts";

/** A notification that is shown, and what became of it. */
export interface NotificationState {
  readonly stored: StoredNotification;
  /** The room that it is about; undefined for a contact. */
  readonly room: MemberRoom | undefined;
  readonly count: number;
  readonly isRead: boolean;
}

/**
 * Whether its receiver is to see a notification of a room: not where they are no member any more, or were none when it
 * was made, nor what was in a direct room before it was deleted.
 */
function isShown({ seq, joinedAt }: StoredNotification, { head, me }: MemberRoom): boolean {
  if (head.status === "deleted") return false;
  return seq === null ? joinedAt === me.joinedAt : seq > Math.max(head.floor, me.joinedSeq);
}

/** Of a room's unread messages a notification tells how many they are by now, unless a later one does. */
function countOf({ type, seq }: StoredNotification, room: MemberRoom | undefined): number {
  if (type !== "new_message" || !room) return 1;
  return (seq ?? 0) < room.me.notifiedSeq ? 0 : countUnread(room.me, room.head.seq);
}

/**
 * Those of somebody's notifications that are shown, in the order given. Whether they are read, and of how many messages
 * they tell, follows from what the receiver has read in their rooms, so that neither is written for each message.
 * `known` is up to when they have marked all as read, where that was read before.
 */
export async function getNotificationStates(
  userId: string,
  notifications: readonly StoredNotification[],
  known?: number,
): Promise<NotificationState[]> {
  const roomIds = [...new Set(notifications.flatMap(({ roomId }) => roomId ?? []))];
  const [{ heads, memberships }, noticed] = await Promise.all([
    batchGet({ heads: roomIds, memberships: roomIds.map((roomId) => [roomId, userId] as const) }),
    known ?? (notifications.length > 0 ? getReadAllTime(userId) : 0),
  ]);
  const headOf = new Map(heads.map((head) => [head.id, head]));
  const rooms = new Map(
    memberships.flatMap((me) => {
      const head = headOf.get(me.roomId);
      return head ? [[me.roomId, { head, me }] as const] : [];
    }),
  );
  return notifications.flatMap((stored) => {
    const room = stored.roomId === null ? undefined : rooms.get(stored.roomId);
    if (stored.roomId !== null && !(room && isShown(stored, room))) return [];
    const count = countOf(stored, room);
    const isMessageRead =
      stored.type === "new_message"
        ? count === 0
        : room !== undefined && stored.seq !== null && isReadBy(room.me, stored.seq);
    const isRead = stored.isMarkedRead || stored.recordedAt <= noticed || isMessageRead;
    return [{ stored, room, count, isRead }];
  });
}

async function getMessagesOf(shown: readonly StoredNotification[]): Promise<Map<string, StoredMessage>> {
  const places = new Map(
    shown.flatMap(({ roomId, seq }) =>
      roomId !== null && seq !== null ? [[`${roomId} ${seq}`, { roomId, seq }] as const] : [],
    ),
  );
  const messages = await getMessagesAt([...places.values()]);
  return new Map(messages.map((message) => [`${message.roomId} ${message.seq}`, message]));
}

/** A notification as its receiver sees it, and what was read for that. */
interface Viewed {
  readonly notification: Notification;
  readonly message: StoredMessage | undefined;
  /** Whether its receiver and who set it off block each other by now. */
  readonly isApart: boolean;
}

/** Notifications as they are noted. E-mail addresses are those of people who share the room, as everywhere. */
async function viewNoted(userId: string, standings: readonly NotificationState[]): Promise<Viewed[]> {
  const shown = standings.map(({ stored }) => stored);
  const actorIds = shown.map(({ actorId }) => actorId);
  const apart = shown.filter(({ roomId }) => roomId === null).map(({ actorId }) => actorId);
  const inRooms = new Map(
    shown.flatMap(({ roomId, actorId }) =>
      roomId === null ? [] : [[`${roomId} ${actorId}`, [roomId, actorId] as const] as const],
    ),
  );
  const [messages, { memberships, people }, seen] = await Promise.all([
    getMessagesOf(shown),
    batchGet({
      memberships: inRooms.values(),
      profiles: actorIds,
      presences: [...actorIds, userId],
    }),
    apart.length > 0 ? withSeenEmail(userId, apart) : new Set<string>(),
  ]);
  const together = new Set(memberships.map((one) => `${one.roomId} ${one.userId}`));
  return standings.map(({ stored, room, count, isRead }) => {
    const present = (id: string): User =>
      presentUser(
        personOf(people, id, userId),
        stored.roomId === null ? seen.has(id) : together.has(`${stored.roomId} ${id}`),
      );
    const isMessageRead = room !== undefined && stored.seq !== null && isReadBy(room.me, stored.seq);
    const message = messages.get(`${stored.roomId} ${stored.seq}`);
    return {
      notification: presentNotification(stored, { message, isMessageRead, count, isRead, present }),
      message,
      isApart: areBlocked(people, userId, stored.actorId),
    };
  });
}

const roomsAtOnce = 10;

/**
 * Those that tell of a room's unread messages by one that is gone, or whose sender is nobody to the receiver by now: told by
 * the first that is there to be seen, where there is one.
 */
async function retold(
  userId: string,
  standings: readonly NotificationState[],
  viewed: readonly Viewed[],
): Promise<NotificationState[]> {
  const stale = standings.filter(({ stored, isRead }, at) => {
    const { message, isApart } = viewed[at] ?? {};
    return stored.type === "new_message" && !isRead && (isApart || !message || isDeletedOrExpired(message));
  });
  if (stale.length === 0) return [];
  const apart = new Set((await listBlocks(userId)).map((block) => block.userId));
  const again: NotificationState[] = [];
  await forEachConcurrent(stale, roomsAtOnce, async (standing) => {
    const { stored, room } = standing;
    const message =
      room && (await getRepresentative(room, { noted: [], since: 0, after: 0, others: new Set(), apart }));
    if (message)
      again.push({ ...standing, stored: { ...stored, seq: message.seq, actorId: message.senderId } });
  });
  return again;
}

/** Notifications as their receiver sees them. */
export async function viewNotificationStates(
  userId: string,
  standings: readonly NotificationState[],
): Promise<Viewed[]> {
  const viewed = await viewNoted(userId, standings);
  const again = await retold(userId, standings, viewed);
  if (again.length === 0) return viewed;
  const instead = new Map((await viewNoted(userId, again)).map((one) => [one.notification.id, one]));
  return viewed.map((one) => instead.get(one.notification.id) ?? one);
}

export async function viewNotifications(
  userId: string,
  standings: readonly NotificationState[],
): Promise<Notification[]> {
  return (await viewNotificationStates(userId, standings)).map(({ notification }) => notification);
}
