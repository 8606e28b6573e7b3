import * as z from "zod";
import { message, reactions } from "./objects/message.ts";
import { notification } from "./objects/notification.ts";
import { errorCode } from "./objects/problem.ts";
import { participant, room } from "./objects/room.ts";
import { timestamp } from "./objects/values.ts";

function counter() {
  return z.int().nonnegative();
}

function userInRoom() {
  return {
    room_id: z.string(),
    /** The e-mail address if the receiver may see it, else the username. */
    user: z.string(),
    user_id: z.string(),
  };
}

/** A room whose state differs from the one that the client named. */
function changedRoom() {
  return z.object({ room_id: z.string(), seq: counter(), rev: counter(), unread_count: counter() });
}

/** The events that the server sends over the WebSocket, by type. */
export const serverEvents = {
  /**
   * Answers a frame with a `request_id`. The answer to a `message` frame has the stored message.
   */
  ack: z.object({ type: z.literal("ack"), request_id: z.string(), message: message().optional() }),
  error: z.object({
    type: z.literal("error"),
    request_id: z.string().nullable(),
    error: z.object({
      code: errorCode,
      detail: z.string(),
      /** Seconds after which the same frame can succeed. */
      retry_after: z.number().positive().optional(),
      errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    }),
  }),
  /** Answers a `ping`. It has the two lists if the frame named rooms. */
  pong: z.object({
    type: z.literal("pong"),
    rooms: z.array(changedRoom()).optional(),
    /** Rooms that the client named, and that its user is not in. */
    removed: z.array(z.string()).optional(),
  }),
  /**
   * The rooms in which the server is ahead of the client. A long answer comes as several events.
   */
  hello: z.object({
    type: z.literal("hello"),
    user_id: z.string(),
    rooms: z.array(changedRoom()),
    /** Rooms that the client named, and that its user is not in: left, deleted, or unknown. */
    removed: z.array(z.string()),
    /** The number of entries of `rooms` and `removed` that further events of this answer bring. */
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
  /** A member added or removed a reaction. The event has all reactions as they are now. */
  reaction: z.object({
    type: z.literal("reaction"),
    room_id: z.string(),
    message_id: z.string(),
    reactions: reactions(),
    rev: counter(),
  }),
  typing: z.object({
    type: z.literal("typing"),
    ...userInRoom(),
    is_typing: z.boolean(),
  }),
  /** A member opened, or closed, a connection that is limited to the room. */
  user_joined: z.object({ type: z.literal("user_joined"), ...userInRoom() }),
  user_left: z.object({ type: z.literal("user_left"), ...userInRoom() }),
  /** A user who shares a room of up to 50 members came online, or went offline. */
  presence: z.object({
    type: z.literal("presence"),
    user_id: z.string(),
    is_online: z.boolean(),
    last_seen: timestamp().nullable(),
  }),
  /**
   * Another member has read messages: those in `message_ids`, or, if it is null, all up to
   * `up_to_seq`.
   */
  read_receipt: z.object({
    type: z.literal("read_receipt"),
    room_id: z.string(),
    user_id: z.string(),
    message_ids: z.array(z.string()).nullable(),
    /**
     * The room's last `seq` when the member joined. They neither read nor received what is up to
     * it.
     */
    joined_seq: counter(),
    /** The member has read everything from after they joined up to here. */
    up_to_seq: counter(),
    read_at: timestamp(),
  }),
  /** Another member has received everything up to `up_to_seq`. */
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
  /** The room was deleted, or the receiver is no longer a member. */
  room_removed: z.object({ type: z.literal("room_removed"), room_id: z.string() }),
  /**
   * Members who were added, members who left (by id), and members with a new role. Many come as
   * several events.
   */
  participants_changed: z.object({
    type: z.literal("participants_changed"),
    room_id: z.string(),
    added: z.array(participant()),
    removed: z.array(z.string()),
    changed: z.array(participant()),
  }),
  /** A new notification. New messages are left out, because they come as `message` events. */
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
