import * as z from "zod";
import { deferred } from "../deferred.ts";
import { attachment } from "./attachment.ts";
import { user } from "./user.ts";
import { timestamp } from "./values.ts";

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
export const messageType = deferred(() => z.enum(messageTypes));
export type MessageType = z.output<ReturnType<typeof messageType>>;

export const priority = deferred(() => z.enum(["normal", "emergency"]));

/** Where the message stands for its viewer: the sender sees what others did with it, everybody else what they did. */
export const messageStatus = deferred(() => z.enum(["sent", "delivered", "read"]));

export const message = deferred(() =>
  z
    .object({
      id: z.string(),
      room: z.string(),
      /** The place in the room, from 1, without gaps but for numbers whose message never came to be. */
      seq: z.int().positive(),
      /** The room's revision that last changed the message; 0 when it was never changed. */
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
      /** Who reacted with what: user ids by emoji. */
      reactions: reactions(),
      /** Some of those who have read it: up to 50 where it is got by itself, up to 10 elsewhere. `marks` tell of all. */
      read_by: z.array(user()),
      is_read: z.boolean(),
      status: messageStatus(),
      priority: priority(),
      pinned: z.boolean(),
      forwarded_from: z.string().nullable(),
      expires_at: timestamp().nullable(),
      client_message_id: z.string().nullable(),
      metadata: z.record(z.string(), z.json()).nullable(),
    })
    .meta({ id: "Message" }),
);

export type Message = z.output<ReturnType<typeof message>>;

/** An earlier content of a message: what it said before an edit. */
export const messageEdit = deferred(() =>
  z
    .object({
      /** From 1: what was first said. */
      version: z.int().positive(),
      content: z.string(),
      /** When this content was written. */
      timestamp: timestamp(),
    })
    .meta({ id: "MessageEdit" }),
);

export type MessageEdit = z.output<ReturnType<typeof messageEdit>>;

/** Who reacted with what: user ids by emoji. */
export const reactions = deferred(() => z.record(z.string(), z.array(z.string())));
export type Reactions = z.output<ReturnType<typeof reactions>>;

/**
 * What a member has read and received of a room. They have read the message at a `seq` that is not their own if `seq` is
 * greater than `joined_seq` and either at most `up_to_seq` or in `read_ahead`; received it if they have read it, or if
 * `seq` is greater than `joined_seq` and at most `delivered_up_to_seq`.
 */
export const memberMarks = deferred(() =>
  z
    .object({
      user_id: z.string(),
      /** The room's last message when they joined. */
      joined_seq: z.int().nonnegative(),
      up_to_seq: z.int().nonnegative(),
      /** What they have read beyond `up_to_seq`, and wrote themselves. */
      read_ahead: z.array(z.int().positive()),
      read_at: timestamp().nullable(),
      delivered_up_to_seq: z.int().nonnegative(),
      delivered_at: timestamp().nullable(),
    })
    .meta({ id: "MemberMarks" }),
);

export type MemberMarks = z.output<ReturnType<typeof memberMarks>>;

/** The last message of a room, in short: `content` is cut after 160 characters. */
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
