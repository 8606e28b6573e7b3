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
export const notificationType = deferred(() => z.enum(notificationTypes).meta({ id: "NotificationType" }));
export type NotificationType = z.output<ReturnType<typeof notificationType>>;

/** Tells a user about an event that they may have missed. */
export const notification = deferred(() =>
  z
    .object({
      id: z.string(),
      type: notificationType(),
      room: z.string().nullable(),
      message: lastMessage().nullable(),
      actor: user(),
      count: z.int().nonnegative(),
      is_read: z.boolean(),
      created_at: timestamp(),
    })
    .meta({ id: "Notification" }),
);
export type Notification = z.output<ReturnType<typeof notification>>;
