import * as z from "zod";
import { deferred } from "./deferred.ts";
import { notification } from "./objects/notification.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { id } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

/**
 * The most notifications of a user that are listed and counted: this many of the newest, and as
 * many emergencies.
 */
export const notificationLimit = 500;

const notificationParams = deferred(() => z.object({ notification_id: id() }));

export const notificationOperations = {
  listNotifications: defineOperation({
    id: "listNotifications",
    area: "notifications",
    method: "GET",
    path: "/api/chat/notifications",
    summary: "List the caller's notifications",
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
    summary: "Count the caller's unread notifications",
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
    summary: "Mark all of the caller's notifications as read",
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
