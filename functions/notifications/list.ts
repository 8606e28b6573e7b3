import { notificationLimit } from "../../contract/notifications.ts";
import type { Notification } from "../../contract/objects/notification.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import type { Slice } from "../kernel/http/page.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import {
  deleteNotification,
  getNotification,
  getReadAllTime,
  listNotifications,
  putReadAllTime,
  type StoredNotification,
  setNotificationRead,
} from "../store/notifications/notifications.ts";
import { dismissNotice, dismissNoticesUpTo } from "../store/notifications/unread-notices.ts";
import { getNotificationStates, type NotificationState, viewNotifications } from "./view.ts";

function noNotification(): ApiError {
  return new ApiError("not_found", "You have no notification with this id: list those that you have.");
}

/** Returns all notifications that a user is shown, the newest first. */
async function listShown(userId: string): Promise<NotificationState[]> {
  return getNotificationStates(userId, await listNotifications(userId, notificationLimit));
}

/** Returns whether a notification is an emergency that its user has not read. */
function isUrgent({ stored, isRead }: NotificationState): boolean {
  return stored.type === "emergency" && !isRead;
}

/**
 * Returns a page of a user's notifications, and the number of all: unread emergencies, then all
 * others, each the newest first.
 */
export async function listNotificationPage(
  userId: string,
  page: Slice,
): Promise<{ count: number; notifications: Notification[] }> {
  const shown = await listShown(userId);
  const inOrder = [...shown.filter(isUrgent), ...shown.filter((one) => !isUrgent(one))];
  return {
    count: inOrder.length,
    notifications: await viewNotifications(userId, inOrder.slice(page.start, page.start + page.size)),
  };
}

/**
 * Returns the notifications of a user that they have not marked as read, and the time up to which
 * they have marked all as read, in milliseconds since 1970.
 */
async function listUnmarked(
  userId: string,
): Promise<{ readonly unmarked: readonly StoredNotification[]; readonly allReadAt: number }> {
  const [all, allReadAt] = await Promise.all([
    listNotifications(userId, notificationLimit),
    getReadAllTime(userId),
  ]);
  const isUnmarked = ({ isMarkedRead, recordedAt }: StoredNotification) =>
    !isMarkedRead && recordedAt > allReadAt;
  return { unmarked: all.filter(isUnmarked), allReadAt };
}

/**
 * Returns how many of the notifications that a user is shown are not read. It reads no room of a
 * notification that is marked as read.
 */
export async function countUnreadNotifications(userId: string): Promise<number> {
  const { unmarked, allReadAt } = await listUnmarked(userId);
  return (await getNotificationStates(userId, unmarked, allReadAt)).filter(({ isRead }) => !isRead).length;
}

/**
 * Dismisses the notice of a room's unread messages that this notification gave, so that the room's
 * next message notifies the user again. It runs before the notification is marked as read or
 * deleted. If interrupted: the notification stays. Repaired by: the user's next attempt.
 */
async function dismissNoticeOf({ type, roomId, userId, seq }: StoredNotification): Promise<void> {
  if (type === "new_message" && roomId !== null && seq !== null) await dismissNotice(roomId, userId, seq);
}

/** Marks a notification as read, and returns it. Throws `not_found`. */
export async function markNotificationRead(userId: string, notificationId: string): Promise<Notification> {
  const stored = await getNotification(userId, notificationId);
  const states = stored ? await getNotificationStates(userId, [stored]) : [];
  const [notification] = await viewNotifications(userId, states);
  if (!stored || !notification) throw noNotification();
  if (!notification.is_read) {
    await dismissNoticeOf(stored);
    if (!(await setNotificationRead(userId, notificationId))) throw noNotification();
  }
  return { ...notification, is_read: true };
}

/** Returns, by room, the highest seq of these notifications of new messages. */
function lastNoticeByRoom(notifications: readonly StoredNotification[]): Map<string, number> {
  const lasts = new Map<string, number>();
  for (const { type, roomId, seq } of notifications)
    if (type === "new_message" && roomId !== null && seq !== null)
      lasts.set(roomId, Math.max(seq, lasts.get(roomId) ?? 0));
  return lasts;
}

const roomsAtOnce = 25;

/** Marks all notifications as read that a user has by now. */
export async function markAllNotificationsRead(userId: string): Promise<void> {
  const now = Date.now();
  const { unmarked } = await listUnmarked(userId);
  await forEachConcurrent([...lastNoticeByRoom(unmarked)], roomsAtOnce, ([roomId, seq]) =>
    dismissNoticesUpTo(roomId, userId, seq),
  );
  await putReadAllTime(userId, now);
}

/** Deletes a notification. Throws `not_found`. */
export async function removeNotification(userId: string, notificationId: string): Promise<void> {
  const stored = await getNotification(userId, notificationId);
  if (!stored) throw noNotification();
  await dismissNoticeOf(stored);
  if (!(await deleteNotification(stored))) throw noNotification();
}
