import { notification, notificationType } from "../../objects/notification.ts";
import { defaults } from "../defaults.ts";
import { describeObject, describeValue } from "../describe.ts";
import * as examples from "../examples.ts";

export const notificationObjects = [
  describeValue(notificationType, {
    description:
      "The kind of a notification. `new_message`: unread messages of a room. `message_reply`: a reply to " +
      "a message of the user. `mention`: a message that names the user as `@username`. " +
      "`contact_request`: another user made the user a contact. `group_invite`: another user added the " +
      "user to a room. `emergency`: a message of that priority.",
    example: "new_message",
  }),
  describeObject(notification, {
    description:
      `A notification of the caller. It is kept for ${defaults.notificationDays} days by default, a prop ` +
      "of the stack.",
    fields: {
      id: { description: "The id of the notification.", example: examples.notification },
      type: { description: "The kind of the notification.", example: "new_message" },
      room: {
        description: "The id of the room that it is about. Null for a `contact_request`.",
        example: examples.room,
      },
      message: {
        description:
          "The message that it is about, in short. For a `new_message` it is the message that it began " +
          "with, or, if that is gone, the first unread one. Null if it is not about a message.",
      },
      actor: { description: "The user who caused it." },
      count: {
        description:
          "For a `new_message`: how many messages of the room are unread by now. For all others: 1.",
        example: 1,
      },
      is_read: {
        description: "Whether the caller has marked the notification as read, or has read its message.",
        example: false,
      },
      created_at: { description: "When the notification was created.", example: examples.time },
    },
  }),
];
