import type { Notification } from "../../contract/objects/notification.ts";
import type { User } from "../../contract/objects/user.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import type { MemberRoom } from "../rooms/access.ts";
import { listBlocks } from "../store/contacts/blocks.ts";
import { getMessagesAt, type StoredMessage } from "../store/messages/messages.ts";
import { getReadAllTime, type StoredNotification } from "../store/notifications/notifications.ts";
import { countUnread, isReadBy } from "../store/rooms/unread.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { areBlocked, personOf } from "../store/users/users.ts";
import { withSeenEmail } from "../users/email-visibility.ts";
import { presentUser } from "../users/present.ts";
import { presentNotification } from "./present.ts";
import { getRepresentative } from "./representative-message.ts";

/** A notification that its recipient is shown, and whether they have read it. */
export interface NotificationState {
  readonly stored: StoredNotification;
  /** The room of the notification; undefined for a contact. */
  readonly room: MemberRoom | undefined;
  /** The number of unread messages that it stands for; 1 unless its type is `new_message`. */
  readonly count: number;
  readonly isRead: boolean;
}

/**
 * Returns whether the recipient of a notification of a room sees it. The room must not be deleted,
 * and the recipient must have been a member without a break since the notification was made. In a
 * direct room that was opened again, notifications of earlier messages are not shown.
 */
function isShown({ seq, joinedAt }: StoredNotification, { head, me }: MemberRoom): boolean {
  if (head.status === "deleted") return false;
  return seq === null ? joinedAt === me.joinedAt : seq > Math.max(head.floor, me.joinedSeq);
}

/**
 * Returns the count of a notification: for one of new messages the number of unread messages in the
 * room by now, or 0 if a later notification stands for them.
 */
function countOf({ type, seq }: StoredNotification, room: MemberRoom | undefined): number {
  if (type !== "new_message" || !room) return 1;
  return (seq ?? 0) < room.me.notifiedSeq ? 0 : countUnread(room.me, room.head.seq);
}

/**
 * Returns the states of the notifications that a user is shown, in the given order. The states
 * follow from what the user has read in their rooms, so that no notification is written for each
 * message. A caller that knows it passes `allReadAt`, the time up to which the user has marked all
 * as read.
 */
export async function getNotificationStates(
  userId: string,
  notifications: readonly StoredNotification[],
  allReadAt?: number,
): Promise<NotificationState[]> {
  const roomIds = [...new Set(notifications.flatMap(({ roomId }) => roomId ?? []))];
  const [{ heads, memberships }, readUpTo] = await Promise.all([
    batchGet({ heads: roomIds, memberships: roomIds.map((roomId) => [roomId, userId] as const) }),
    allReadAt ?? (notifications.length > 0 ? getReadAllTime(userId) : 0),
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
    const isRead = stored.isMarkedRead || stored.recordedAt <= readUpTo || isMessageRead;
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

/** A notification as its recipient sees it, and what was read for that. */
interface Viewed {
  readonly notification: Notification;
  readonly message: StoredMessage | undefined;
  /** Whether the recipient blocks the actor by now, or the actor the recipient. */
  readonly isBlocked: boolean;
}

/**
 * Presents notifications with the messages that they name. The recipient sees the e-mail addresses
 * of users who are members of the notification's room, as everywhere.
 */
async function viewAsStored(userId: string, states: readonly NotificationState[]): Promise<Viewed[]> {
  const shown = states.map(({ stored }) => stored);
  const actorIds = shown.map(({ actorId }) => actorId);
  const actorsWithoutRoom = shown.filter(({ roomId }) => roomId === null).map(({ actorId }) => actorId);
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
    actorsWithoutRoom.length > 0 ? withSeenEmail(userId, actorsWithoutRoom) : new Set<string>(),
  ]);
  const members = new Set(memberships.map((one) => `${one.roomId} ${one.userId}`));
  return states.map(({ stored, room, count, isRead }) => {
    const present = (id: string): User =>
      presentUser(
        personOf(people, id, userId),
        stored.roomId === null ? seen.has(id) : members.has(`${stored.roomId} ${id}`),
      );
    const isMessageRead = room !== undefined && stored.seq !== null && isReadBy(room.me, stored.seq);
    const message = messages.get(`${stored.roomId} ${stored.seq}`);
    return {
      notification: presentNotification(stored, { message, isMessageRead, count, isRead, present }),
      message,
      isBlocked: areBlocked(people, userId, stored.actorId),
    };
  });
}

const roomsAtOnce = 10;

/**
 * Returns the unread notices whose message no longer exists, or whose sender is blocked by now,
 * with the room's representative message in its place. Leaves out notices of rooms that have no
 * such message.
 */
async function replaceStale(
  userId: string,
  states: readonly NotificationState[],
  viewed: readonly Viewed[],
): Promise<NotificationState[]> {
  const stale = states.filter(({ stored, isRead }, at) => {
    const { message, isBlocked } = viewed[at] ?? {};
    return stored.type === "new_message" && !isRead && (isBlocked || !message || isDeletedOrExpired(message));
  });
  if (stale.length === 0) return [];
  const blockedIds = new Set((await listBlocks(userId)).map((block) => block.userId));
  const replaced: NotificationState[] = [];
  await forEachConcurrent(stale, roomsAtOnce, async (state) => {
    const { stored, room } = state;
    const message =
      room &&
      (await getRepresentative(room, { recorded: [], since: 0, after: 0, excluded: new Set(), blockedIds }));
    if (message)
      replaced.push({ ...state, stored: { ...stored, seq: message.seq, actorId: message.senderId } });
  });
  return replaced;
}

/** Presents notifications as their recipient sees them, in the given order. */
export async function viewNotificationStates(
  userId: string,
  states: readonly NotificationState[],
): Promise<Viewed[]> {
  const viewed = await viewAsStored(userId, states);
  const replaced = await replaceStale(userId, states, viewed);
  if (replaced.length === 0) return viewed;
  const again = new Map((await viewAsStored(userId, replaced)).map((one) => [one.notification.id, one]));
  return viewed.map((one) => again.get(one.notification.id) ?? one);
}

/** Presents notifications as their recipient sees them, in the given order. */
export async function viewNotifications(
  userId: string,
  states: readonly NotificationState[],
): Promise<Notification[]> {
  return (await viewNotificationStates(userId, states)).map(({ notification }) => notification);
}
