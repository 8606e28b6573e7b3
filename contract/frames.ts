import * as z from "zod";
import { deferred } from "./deferred.ts";
import { draftFields, saysSomething } from "./messages.ts";
import { id } from "./objects/values.ts";
import { messageIds, upToSeq } from "./read-state.ts";

/** Frames of a connection that is limited to one room may leave `room_id` out. */
const roomId = deferred(() => id().optional());
const requestId = deferred(() => z.string().min(1).max(128).optional());
const counter = deferred(() => z.int().nonnegative());

/**
 * The most rooms that a `hello` may name: as many as fit into a message of 128 KB. Each is looked
 * up.
 */
const maxHeldRooms = 2000;

/** The most rooms that a `ping` may name: those that the client shows. */
const maxPingedRooms = 5;

/** The state that a client has of each room that it names. */
function heldRooms(most: number) {
  return z
    .record(id(), z.object({ seq: counter(), rev: counter() }))
    .refine((rooms) => Object.keys(rooms).length <= most, { error: `Name at most ${most} rooms` });
}

/**
 * The frames that a client sends, by type. The answer to a frame repeats its `request_id`, if it
 * has one.
 */
export const clientFrames = {
  message: deferred(() =>
    saysSomething(
      draftFields().extend({ type: z.literal("message"), request_id: requestId(), room_id: roomId() }),
    ),
  ),
  typing: deferred(() =>
    z.object({
      type: z.literal("typing"),
      request_id: requestId(),
      room_id: roomId(),
      is_typing: z.boolean(),
    }),
  ),
  /** Takes exactly one of `message_id`, `message_ids` and `up_to_seq`. */
  read_receipt: deferred(() =>
    z
      .object({
        type: z.literal("read_receipt"),
        request_id: requestId(),
        room_id: roomId(),
        message_id: id().optional(),
        message_ids: messageIds().optional(),
        up_to_seq: upToSeq().optional(),
      })
      .refine(
        ({ message_id, message_ids, up_to_seq }) =>
          [message_id, message_ids, up_to_seq].filter((one) => one !== undefined).length === 1,
        { error: "Give exactly one of message_id, message_ids and up_to_seq" },
      ),
  ),
  delivered: deferred(() =>
    z.object({
      type: z.literal("delivered"),
      request_id: requestId(),
      room_id: roomId(),
      up_to_seq: upToSeq(),
    }),
  ),
  hello: deferred(() =>
    z.object({
      type: z.literal("hello"),
      request_id: requestId(),
      /**
       * The state that the client has of each room that it knows, or of the most recently active
       * ones.
       */
      rooms: heldRooms(maxHeldRooms).default({}),
    }),
  ),
  authenticate: deferred(() =>
    z.object({
      type: z.literal("authenticate"),
      request_id: requestId(),
      token: z.string().min(1).max(8192),
    }),
  ),
  ping: deferred(() =>
    z.object({
      type: z.literal("ping"),
      request_id: requestId(),
      /**
       * Rooms to compare with their present state: nothing else shows that a last event was lost.
       */
      rooms: heldRooms(maxPingedRooms).optional(),
    }),
  ),
};

export type FrameType = keyof typeof clientFrames;
export type Frame<T extends FrameType> = z.output<ReturnType<(typeof clientFrames)[T]>>;
export type ClientFrame = { [T in FrameType]: Frame<T> }[FrameType];
