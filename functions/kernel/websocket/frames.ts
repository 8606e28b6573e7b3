import type { ServerEvent } from "../../../contract/events.ts";
import { type ClientFrame, clientFrames, type Frame, type FrameType } from "../../../contract/frames.ts";
import { ApiError, invalidInput } from "../http/api-error.ts";
import { phrased, problemsOf } from "../http/input.ts";
import type { Answer } from "../http/problem.ts";
import type { Socket } from "./socket.ts";

/** The result of a frame: events that answer it, in their order, and the content of its ack. */
export interface FrameResult {
  readonly replies?: readonly ServerEvent[];
  readonly ack?: Omit<Extract<ServerEvent, { type: "ack" }>, "type" | "request_id">;
}

export type FrameHandler<T extends FrameType> = (frame: Frame<T>, socket: Socket) => Promise<FrameResult>;

/** One handler for each frame; a missing one does not compile. */
export type FrameHandlers = { readonly [T in FrameType]: FrameHandler<T> };

/**
 * Returns the `request_id` of any input, so that its error can name it even if the frame is not
 * valid.
 */
export function requestIdOf(raw: unknown): string | null {
  return typeof raw === "object" && raw !== null && "request_id" in raw && typeof raw.request_id === "string"
    ? raw.request_id.slice(0, 128)
    : null;
}

function isFrameType(type: unknown): type is FrameType {
  return typeof type === "string" && Object.hasOwn(clientFrames, type);
}

/**
 * Returns a frame as its schema parses it. Throws `invalid_frame` for an unknown type,
 * `invalid_input` for other problems.
 */
export function parseFrame(raw: unknown): ClientFrame {
  const type: unknown = typeof raw === "object" && raw !== null && "type" in raw ? raw.type : undefined;
  if (!isFrameType(type))
    throw new ApiError(
      "invalid_frame",
      `A frame is a JSON object whose type is one of ${Object.keys(clientFrames).join(", ")}.`,
    );
  const parsed = clientFrames[type]().safeParse(raw, phrased);
  if (!parsed.success) throw invalidInput(problemsOf(parsed.error));
  return parsed.data;
}

/**
 * Returns the room of a frame: the one that it names, or the one to which its connection is
 * limited. Throws `invalid_input` if there is neither.
 */
export function roomOf(frame: { readonly room_id?: string | undefined }, socket: Socket): string {
  const roomId = frame.room_id ?? socket.roomId;
  if (roomId === undefined)
    throw invalidInput([{ path: "room_id", message: "Name the room: this connection serves all of yours" }]);
  return roomId;
}

/** Returns the event that answers a frame with an error. */
export function errorEvent({ code, detail, facts }: Answer, requestId: string | null): ServerEvent {
  return {
    type: "error",
    request_id: requestId,
    error: {
      code,
      detail,
      ...(facts.retryAfter !== undefined && { retry_after: facts.retryAfter }),
      ...(facts.errors && { errors: [...facts.errors] }),
    },
  };
}
