import * as z from "zod";
import { message } from "./objects/message.ts";
import { errorCode } from "./objects/problem.ts";
import { room } from "./objects/room.ts";

const counter = () => z.int().nonnegative();

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
  /** The rooms in which the server is ahead of what the client said that it holds. */
  hello: z.object({
    type: z.literal("hello"),
    user_id: z.string(),
    rooms: z.array(
      z.object({ room_id: z.string(), seq: counter(), rev: counter(), unread_count: counter() }),
    ),
  }),
  message: z.object({ type: z.literal("message"), message: message() }),
  typing: z.object({
    type: z.literal("typing"),
    room_id: z.string(),
    /** The e-mail address where it may be seen, else the username. */
    user: z.string(),
    user_id: z.string(),
    is_typing: z.boolean(),
  }),
  room_created: z.object({ type: z.literal("room_created"), room: room() }),
};

export const serverEvent = z.discriminatedUnion("type", [
  serverEvents.ack,
  serverEvents.error,
  serverEvents.pong,
  serverEvents.hello,
  serverEvents.message,
  serverEvents.typing,
  serverEvents.room_created,
]);

export type ServerEvent = z.output<typeof serverEvent>;
