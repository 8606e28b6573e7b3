import { notificationLimit } from "../../contract/notifications.ts";
import type { Notification } from "../../contract/objects/notification.ts";
import {
  deleteNotification,
  getNotification,
  listNotifications,
  markAllNotified,
  markNotified,
} from "../data/notifications.ts";
import { ApiError } from "../kernel/api-error.ts";
import type { Slice } from "../kernel/page.ts";
import { getStandings, type Standing, viewNotifications } from "./view-notifications.ts";

const noNotification = (): ApiError =>
  new ApiError("not_found", "You have no notification with this id: list those that you have.");

/** All of somebody's notifications that are shown, the newest first. */
const listShown = async (userId: string): Promise<Standing[]> =>
  getStandings(userId, await listNotifications(userId, notificationLimit));

const isUrgent = ({ stored, isRead }: Standing): boolean => stored.type === "emergency" && !isRead;

/** A page of somebody's notifications: emergencies that are not read, then all others, the newest first. */
export const listPage = async (
  userId: string,
  page: Slice,
): Promise<{ count: number; notifications: Notification[] }> => {
  const shown = await listShown(userId);
  const inOrder = [...shown.filter(isUrgent), ...shown.filter((one) => !isUrgent(one))];
  return {
    count: inOrder.length,
    notifications: await viewNotifications(userId, inOrder.slice(page.start, page.start + page.size)),
  };
};

/** How many of the notifications that somebody is listed are not read. */
export const countUnreadNotifications = async (userId: string): Promise<number> =>
  (await listShown(userId)).filter(({ isRead }) => !isRead).length;

/** A notification as it is shown; undefined for one that is not. */
export const getShownNotification = async (
  userId: string,
  notificationId: string,
): Promise<Notification | undefined> => {
  const stored = await getNotification(userId, notificationId);
  if (!stored) return undefined;
  return (await viewNotifications(userId, await getStandings(userId, [stored])))[0];
};

/** Marks a notification as read, and gives it. Throws `not_found`. */
export const markRead = async (userId: string, notificationId: string): Promise<Notification> => {
  const notification = await getShownNotification(userId, notificationId);
  if (!notification) throw noNotification();
  if (!notification.is_read && !(await markNotified(userId, notificationId))) throw noNotification();
  return { ...notification, is_read: true };
};

export const markAllRead = (userId: string): Promise<void> => markAllNotified(userId);

/** Deletes a notification. Throws `not_found`. */
export const removeNotification = async (userId: string, notificationId: string): Promise<void> => {
  if (!(await deleteNotification(userId, notificationId))) throw noNotification();
};
