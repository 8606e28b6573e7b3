import { notificationLimit, notificationOperations } from "../notifications.ts";
import { describeObject, describeOperations } from "./describe.ts";
import { describePage } from "./pages.ts";
import { paging } from "./parameters.ts";

const noNotification = "The caller has no notification with this id.";

export const notificationDescriptions = describeOperations(notificationOperations, {
  listNotifications: {
    description:
      "Lists the caller's notifications: first emergencies that are not read, then all others, the " +
      `newest first in both. It covers the newest ${notificationLimit}, and up to ${notificationLimit} ` +
      "more emergencies. Notifications of rooms that the caller is no longer in are left out.",
    query: paging,
    success: "A page of notifications.",
    errors: {},
  },
  getUnreadNotificationCount: {
    description: "Counts the notifications that `listNotifications` lists and that are not read.",
    success: "The number of unread notifications.",
    errors: {},
  },
  markNotificationRead: {
    description:
      "Marks a notification as read. Its message stays unread: it is read when the caller reads the " +
      "room. After a `new_message` the next message of the room notifies again.",
    success: "The notification, as read.",
    errors: { not_found: noNotification },
  },
  markAllNotificationsRead: {
    description: "Marks all notifications of the caller as read. Their messages stay unread.",
    success: "All notifications are read.",
    errors: {},
  },
  deleteNotification: {
    description:
      "Deletes a notification. Its message stays as it is. After a `new_message` the next message of the " +
      "room notifies again.",
    success: "The notification is deleted.",
    errors: { not_found: noNotification },
  },
});

export const notificationSchemas = [
  describePage(notificationOperations.listNotifications.success.schema, {
    page: "A page of notifications.",
    count: "How many notifications the list has, on all pages.",
    results: "The notifications of this page.",
  }),
  describeObject(notificationOperations.getUnreadNotificationCount.success.schema, {
    description: "How many notifications are not read.",
    fields: { unread_count: { description: "The number of unread notifications.", example: 3 } },
  }),
  describeObject(notificationOperations.markAllNotificationsRead.success.schema, {
    description: "All notifications were marked as read.",
    fields: { status: { description: "Always `marked as read`.", example: "marked as read" } },
  }),
];
