import * as z from "zod";
import { draft } from "./messages.ts";
import { id } from "./objects/values.ts";

/** Where a connection is limited to one room, frames may leave `room_id` out. */
const roomId = id.optional();
const requestId = z.string().min(1).max(128).optional();
const counter = z.int().nonnegative();

/** The frames that a client sends, by their type. Each may carry a `request_id`, which its answer repeats. */
export const clientFrames = {
  message: draft.extend({ type: z.literal("message"), request_id: requestId, room_id: roomId }),
  typing: z.object({
    type: z.literal("typing"),
    request_id: requestId,
    room_id: roomId,
    is_typing: z.boolean(),
  }),
  hello: z.object({
    type: z.literal("hello"),
    request_id: requestId,
    /** What the client holds of each room that it knows. */
    rooms: z.record(id, z.object({ seq: counter, rev: counter })).default({}),
  }),
  authenticate: z.object({
    type: z.literal("authenticate"),
    request_id: requestId,
    token: z.string().min(1).max(8192),
  }),
  ping: z.object({ type: z.literal("ping"), request_id: requestId }),
};

export const clientFrame = z.discriminatedUnion("type", [
  clientFrames.message,
  clientFrames.typing,
  clientFrames.hello,
  clientFrames.authenticate,
  clientFrames.ping,
]);

export type ClientFrame = z.output<typeof clientFrame>;
export type FrameType = ClientFrame["type"];
export type Frame<T extends FrameType> = Extract<ClientFrame, { type: T }>;
