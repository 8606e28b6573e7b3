import * as z from "zod";
import { message, reactions } from "./objects/message.ts";
import { notification } from "./objects/notification.ts";
import { errorCode } from "./objects/problem.ts";
import { participant, room } from "./objects/room.ts";
import { timestamp } from "./objects/values.ts";

const counter = () => z.int().nonnegative();

const somebodyInRoom = () => ({
  room_id: z.string(),
  /** The e-mail address where it may be seen, else the username. */
  user: z.string(),
  user_id: z.string(),
});

/** What the server sends over the socket, by its type. */
export const serverEvents = {
  /** The answer to a frame with a `request_id`; to `message` it carries the stored message. */
  ack: z.object({ type: z.literal("ack"), request_id: z.string(), message: message().optional() }),
  error: z.object({
    type: z.literal("error"),
    request_id: z.string().nullable(),
    error: z.object({
      code: errorCode,
      detail: z.string(),
      /** Seconds. */
      retry_after: z.number().positive().optional(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    }),
  }),
  pong: z.object({ type: z.literal("pong") }),
  /** The rooms in which the server is ahead of what the client said that it holds. A long answer comes as several. */
  hello: z.object({
    type: z.literal("hello"),
    user_id: z.string(),
    rooms: z.array(
      z.object({ room_id: z.string(), seq: counter(), rev: counter(), unread_count: counter() }),
    ),
    /** Rooms that the client named and that are not its user's: left, deleted, or never there. */
    removed: z.array(z.string()),
    /** How many entries, of rooms and removed ones, further events of the same answer still bring. */
    remaining: counter(),
  }),
  message: z.object({ type: z.literal("message"), message: message() }),
  /** A message was edited, restored, pinned or unpinned. */
  message_updated: z.object({ type: z.literal("message_updated"), message: message() }),
  message_deleted: z.object({
    type: z.literal("message_deleted"),
    room_id: z.string(),
    message_id: z.string(),
    seq: counter(),
    rev: counter(),
  }),
  /** Somebody added or removed a reaction: all reactions as they are now. */
  reaction: z.object({
    type: z.literal("reaction"),
    room_id: z.string(),
    message_id: z.string(),
    reactions: reactions(),
    rev: counter(),
  }),
  typing: z.object({
    type: z.literal("typing"),
    ...somebodyInRoom(),
    is_typing: z.boolean(),
  }),
  /** A connection that is limited to a room was opened, or closed, by somebody in the room. */
  user_joined: z.object({ type: z.literal("user_joined"), ...somebodyInRoom() }),
  user_left: z.object({ type: z.literal("user_left"), ...somebodyInRoom() }),
  /** Somebody who shares a room of up to 50 members came online, or went offline. */
  presence: z.object({
    type: z.literal("presence"),
    user_id: z.string(),
    is_online: z.boolean(),
    last_seen: timestamp().nullable(),
  }),
  /** Another member has read: what `message_ids` names, or null for what is told by `up_to_seq` alone. */
  read_receipt: z.object({
    type: z.literal("read_receipt"),
    room_id: z.string(),
    user_id: z.string(),
    message_ids: z.array(z.string()).nullable(),
    /** Nothing up to here was ever theirs to read: the room's last message when they joined. */
    joined_seq: counter(),
    /** Everything up to here, since they joined, is read by them. */
    up_to_seq: counter(),
    read_at: timestamp(),
  }),
  /** Another member has received everything up to a message. */
  delivered: z.object({
    type: z.literal("delivered"),
    room_id: z.string(),
    user_id: z.string(),
    joined_seq: counter(),
    up_to_seq: counter(),
    delivered_at: timestamp(),
  }),
  room_created: z.object({ type: z.literal("room_created"), room: room() }),
  room_updated: z.object({ type: z.literal("room_updated"), room: room() }),
  /** The room was deleted, or the receiver is no longer in it. */
  room_removed: z.object({ type: z.literal("room_removed"), room_id: z.string() }),
  /** Who came, who went (by id), and whose role is another. Many at once come as several events. */
  participants_changed: z.object({
    type: z.literal("participants_changed"),
    room_id: z.string(),
    added: z.array(participant()),
    removed: z.array(z.string()),
    changed: z.array(participant()),
  }),
  /** Something that the receiver is to know of, wherever they are. New messages, which come anyway, are not told twice. */
  notification: z.object({ type: z.literal("notification"), notification: notification() }),
};

export const serverEvent = z.discriminatedUnion("type", [
  serverEvents.ack,
  serverEvents.error,
  serverEvents.pong,
  serverEvents.hello,
  serverEvents.message,
  serverEvents.message_updated,
  serverEvents.message_deleted,
  serverEvents.reaction,
  serverEvents.typing,
  serverEvents.user_joined,
  serverEvents.user_left,
  serverEvents.presence,
  serverEvents.read_receipt,
  serverEvents.delivered,
  serverEvents.room_created,
  serverEvents.room_updated,
  serverEvents.room_removed,
  serverEvents.participants_changed,
  serverEvents.notification,
]);

export type ServerEvent = z.output<typeof serverEvent>;
