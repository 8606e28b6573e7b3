import * as z from "zod";
import { deferred } from "../deferred.ts";
import { attachment } from "./attachment.ts";
import { user } from "./user.ts";
import { metadataObject, timestamp } from "./values.ts";

export const messageTypes = [
  "text",
  "image",
  "file",
  "audio",
  "video",
  "system",
  "appointment",
  "prescription",
  "case",
  "encrypted",
] as const;
export const messageType = deferred(() => z.enum(messageTypes).meta({ id: "MessageType" }));
export type MessageType = z.output<ReturnType<typeof messageType>>;

export const priority = deferred(() => z.enum(["normal", "emergency"]).meta({ id: "Priority" }));

/**
 * The state of a message for its viewer. To the sender it says what the other members did with the
 * message, to any other viewer what they did themselves.
 */
export const messageStatus = deferred(() =>
  z.enum(["sent", "delivered", "read"]).meta({ id: "DeliveryStatus" }),
);

export const message = deferred(() =>
  z
    .object({
      id: z.string(),
      room: z.string(),
      seq: z.int().positive(),
      rev: z.int().nonnegative(),
      sender: user(),
      content: z.string(),
      message_type: messageType(),
      file_attachment: z.string().nullable(),
      file_name: z.string().nullable(),
      file_size: z.int().nullable(),
      media_type: z.string().nullable(),
      attachments: z.array(attachment()),
      timestamp: timestamp(),
      edited_at: timestamp().nullable(),
      is_edited: z.boolean(),
      is_deleted: z.boolean(),
      reply_to: z.string().nullable(),
      reactions: reactions(),
      read_by: z.array(user()),
      is_read: z.boolean(),
      status: messageStatus(),
      priority: priority(),
      pinned: z.boolean(),
      forwarded_from: z.string().nullable(),
      expires_at: timestamp().nullable(),
      client_message_id: z.string().nullable(),
      metadata: metadataObject().nullable(),
    })
    .meta({ id: "Message" }),
);

export type Message = z.output<ReturnType<typeof message>>;

/** An earlier content of a message, from before an edit. */
export const messageEdit = deferred(() =>
  z
    .object({
      version: z.int().positive(),
      content: z.string(),
      timestamp: timestamp(),
    })
    .meta({ id: "MessageEdit" }),
);

export type MessageEdit = z.output<ReturnType<typeof messageEdit>>;

/** The ids of the users who reacted, by emoji. */
export const reactions = deferred(() => z.record(z.string(), z.array(z.string())).meta({ id: "Reactions" }));
export type Reactions = z.output<ReturnType<typeof reactions>>;

/**
 * The messages of a room that a member has read and received. For the message of another member at
 * a `seq`:
 * - The member has read it if `seq` is above `joined_seq`, and either at most `up_to_seq` or in
 * `read_ahead`.
 * - The member has received it if they have read it, or if `seq` is above `joined_seq` and at most
 * `delivered_up_to_seq`.
 */
export const memberMarks = deferred(() =>
  z
    .object({
      user_id: z.string(),
      joined_seq: z.int().nonnegative(),
      up_to_seq: z.int().nonnegative(),
      read_ahead: z.array(z.int().positive()),
      read_at: timestamp().nullable(),
      delivered_up_to_seq: z.int().nonnegative(),
      delivered_at: timestamp().nullable(),
    })
    .meta({ id: "MemberMarks" }),
);

export type MemberMarks = z.output<ReturnType<typeof memberMarks>>;

/** The last message of a room, in short: `content` ends after 160 characters. */
export const lastMessage = deferred(() =>
  z
    .object({
      id: z.string(),
      seq: z.int().positive(),
      content: z.string(),
      message_type: messageType(),
      sender: user(),
      timestamp: timestamp(),
      is_deleted: z.boolean(),
      is_read: z.boolean(),
    })
    .meta({ id: "LastMessage" }),
);

export type LastMessage = z.output<ReturnType<typeof lastMessage>>;
