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

/** All of somebody's notifications that are shown, the newest first. */
async function listShown(userId: string): Promise<NotificationState[]> {
  return getNotificationStates(userId, await listNotifications(userId, notificationLimit));
}

function isUrgent({ stored, isRead }: NotificationState): boolean {
  return stored.type === "emergency" && !isRead;
}

/** A page of somebody's notifications: emergencies that are not read, then all others, the newest first. */
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

/** Those of somebody's notifications that they have not marked as read themselves, and up to when they have all. */
async function listUnmarked(
  userId: string,
): Promise<{ readonly unmarked: readonly StoredNotification[]; readonly noticed: number }> {
  const [all, noticed] = await Promise.all([
    listNotifications(userId, notificationLimit),
    getReadAllTime(userId),
  ]);
  const isUnmarked = ({ isMarkedRead, recordedAt }: StoredNotification) =>
    !isMarkedRead && recordedAt > noticed;
  return { unmarked: all.filter(isUnmarked), noticed };
}

/** How many of the notifications that somebody is listed are not read. Of what is marked as read no room is looked at. */
export async function countUnreadNotifications(userId: string): Promise<number> {
  const { unmarked, noticed } = await listUnmarked(userId);
  return (await getNotificationStates(userId, unmarked, noticed)).filter(({ isRead }) => !isRead).length;
}

/**
 * Has a room's next message tell again, whose unread ones this notification has told of: its receiver is about to put it
 * away. Before they do, since who is cut off in between does so again.
 */
async function endTelling({ type, roomId, userId, seq }: StoredNotification): Promise<void> {
  if (type === "new_message" && roomId !== null && seq !== null) await dismissNotice(roomId, userId, seq);
}

/** Marks a notification as read, and gives it. Throws `not_found`. */
export async function markNotificationRead(userId: string, notificationId: string): Promise<Notification> {
  const stored = await getNotification(userId, notificationId);
  const standings = stored ? await getNotificationStates(userId, [stored]) : [];
  const [notification] = await viewNotifications(userId, standings);
  if (!stored || !notification) throw noNotification();
  if (!notification.is_read) {
    await endTelling(stored);
    if (!(await setNotificationRead(userId, notificationId))) throw noNotification();
  }
  return { ...notification, is_read: true };
}

/** Of each room, the last message by which these notifications tell of new ones. */
function lastTellings(notifications: readonly StoredNotification[]): Map<string, number> {
  const lasts = new Map<string, number>();
  for (const { type, roomId, seq } of notifications)
    if (type === "new_message" && roomId !== null && seq !== null)
      lasts.set(roomId, Math.max(seq, lasts.get(roomId) ?? 0));
  return lasts;
}

const toldAtOnce = 25;

/** Marks all notifications of somebody that there are by now as read. */
export async function markAllNotificationsRead(userId: string): Promise<void> {
  const now = Date.now();
  const { unmarked } = await listUnmarked(userId);
  await forEachConcurrent([...lastTellings(unmarked)], toldAtOnce, ([roomId, seq]) =>
    dismissNoticesUpTo(roomId, userId, seq),
  );
  await putReadAllTime(userId, now);
}

/** Deletes a notification. Throws `not_found`. */
export async function removeNotification(userId: string, notificationId: string): Promise<void> {
  const stored = await getNotification(userId, notificationId);
  if (!stored) throw noNotification();
  await endTelling(stored);
  if (!(await deleteNotification(stored))) throw noNotification();
}
