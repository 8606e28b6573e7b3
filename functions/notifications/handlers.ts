import type { notificationOperations } from "../../contract/notifications.ts";
import type { Handlers } from "../kernel/http/http.ts";
import { numberedPage, sliceOf } from "../kernel/http/page.ts";
import {
  countUnreadNotifications,
  listNotificationPage,
  markAllNotificationsRead,
  markNotificationRead,
  removeNotification,
} from "./list.ts";

export const notificationHandlers: Handlers<typeof notificationOperations> = {
  listNotifications: async ({ actor, query, url }) => {
    const { count, notifications } = await listNotificationPage(actor.userId, sliceOf(query));
    return numberedPage(url, query, { count, results: notifications });
  },

  getUnreadNotificationCount: async ({ actor }) => ({
    unread_count: await countUnreadNotifications(actor.userId),
  }),

  markNotificationRead: ({ actor, params }) => markNotificationRead(actor.userId, params.notification_id),

  markAllNotificationsRead: async ({ actor }) => {
    await markAllNotificationsRead(actor.userId);
    return { status: "marked as read" };
  },

  deleteNotification: async ({ actor, params }) => {
    await removeNotification(actor.userId, params.notification_id);
    return undefined;
  },
};
