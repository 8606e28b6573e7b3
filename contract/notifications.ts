import * as z from "zod";
import { deferred } from "./deferred.ts";
import { notification } from "./objects/notification.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { id } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

/** How many of somebody's notifications are listed, and counted: the newest ones, and as many emergencies besides. */
export const notificationLimit = 500;

const notificationParams = deferred(() => z.object({ notification_id: id() }));

export const notificationOperations = {
  listNotifications: defineOperation({
    id: "listNotifications",
    area: "notifications",
    method: "GET",
    path: "/api/chat/notifications",
    summary: "List one's notifications: unread emergencies, then all others, the newest first",
    description: `The newest ${notificationLimit}, and as many emergencies besides. Those of rooms that one is not in any more are left out.`,
    auth: "user",
    query: pageQuery,
    success: { status: 200, schema: pageOf("NotificationPage", notification) },
    errors: [],
  }),
  getUnreadNotificationCount: defineOperation({
    id: "getUnreadNotificationCount",
    area: "notifications",
    method: "GET",
    path: "/api/chat/notifications/unread-count",
    summary: "Count those of one's notifications that are not read",
    auth: "user",
    success: {
      status: 200,
      schema: deferred(() =>
        z.object({ unread_count: z.int().nonnegative() }).meta({ id: "UnreadNotificationCount" }),
      ),
    },
    errors: [],
  }),
  markNotificationRead: defineOperation({
    id: "markNotificationRead",
    area: "notifications",
    method: "PUT",
    path: "/api/chat/notifications/{notification_id}/read",
    summary: "Mark a notification as read",
    description: "The message that it is about stays as it is: it is read when its room is.",
    auth: "user",
    params: notificationParams,
    success: { status: 200, schema: notification },
    errors: ["not_found"],
  }),
  markAllNotificationsRead: defineOperation({
    id: "markAllNotificationsRead",
    area: "notifications",
    method: "PUT",
    path: "/api/chat/notifications/read-all",
    summary: "Mark all of one's notifications as read",
    auth: "user",
    success: {
      status: 200,
      schema: deferred(() =>
        z.object({ status: z.literal("marked as read") }).meta({ id: "NotificationsRead" }),
      ),
    },
    errors: [],
  }),
  deleteNotification: defineOperation({
    id: "deleteNotification",
    area: "notifications",
    method: "DELETE",
    path: "/api/chat/notifications/{notification_id}",
    summary: "Delete a notification",
    auth: "user",
    params: notificationParams,
    success: { status: 204, schema: null },
    errors: ["not_found"],
  }),
};
