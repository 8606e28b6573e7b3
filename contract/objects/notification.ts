import * as z from "zod";
import { deferred } from "../deferred.ts";
import { lastMessage } from "./message.ts";
import { user } from "./user.ts";
import { timestamp } from "./values.ts";

export const notificationTypes = [
  "new_message",
  "message_reply",
  "mention",
  "contact_request",
  "group_invite",
  "emergency",
] as const;
export const notificationType = deferred(() => z.enum(notificationTypes));
export type NotificationType = z.output<ReturnType<typeof notificationType>>;

/** What somebody is told of when they next look, or on another device. */
export const notification = deferred(() =>
  z
    .object({
      id: z.string(),
      type: notificationType(),
      /** The id of the room that it is about; null for `contact_request`. */
      room: z.string().nullable(),
      /** The message that it is about, in short; of a `new_message` the one that it began with, or, where that is gone, the first unread one. */
      message: lastMessage().nullable(),
      /** Who set it off. */
      actor: user(),
      /** Of a `new_message`, how many messages are unread in the room by now; of any other, 1. */
      count: z.int().nonnegative(),
      /** Whether it was marked so, or its message was read. */
      is_read: z.boolean(),
      created_at: timestamp(),
    })
    .meta({ id: "Notification" }),
);
export type Notification = z.output<ReturnType<typeof notification>>;
