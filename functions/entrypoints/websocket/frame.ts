import type { ServerEvent } from "../../../contract/events.ts";
import type { ClientFrame, FrameType } from "../../../contract/frames.ts";
import { isAuthenticated } from "../../connections/authenticate.ts";
import { frameHandlers } from "../../connections/frame-handlers.ts";
import { expireConnection } from "../../delivery/deliver.ts";
import { encodeEvent } from "../../delivery/post-event.ts";
import { parseJson } from "../../kernel/http/input.ts";
import { answerTo } from "../../kernel/http/problem.ts";
import {
  errorEvent,
  type FrameHandler,
  type FrameResult,
  parseFrame,
  requestIdOf,
} from "../../kernel/websocket/frames.ts";
import { type Socket, socketOf } from "../../kernel/websocket/socket.ts";
import type { SocketEvent } from "../../kernel/websocket/socket-event.ts";
import { postToConnections } from "../../store/presence/sockets.ts";

/**
 * The response of the gateway's `$default` route. It has a route response, so a returned body goes
 * to the client.
 */
interface RouteResponse {
  readonly statusCode: number;
  readonly body?: string;
}

function respond(event?: ServerEvent): RouteResponse {
  return event ? { statusCode: 200, body: encodeEvent(event) } : { statusCode: 200 };
}

function handle(frame: ClientFrame, socket: Socket): Promise<FrameResult> {
  // Safe: FrameHandlers gives each type of frame its own handler; a lookup by type cannot express
  // that.
  const handler = frameHandlers[frame.type] as FrameHandler<FrameType>;
  return handler(frame, socket);
}

/**
 * Returns the last event as the route's response: the ack, or else the last reply. A route responds
 * with one event, so the earlier ones are posted, one by one.
 */
async function answerWith(
  { replies = [], ack }: FrameResult,
  requestId: string | undefined,
  socket: Socket,
): Promise<RouteResponse> {
  const answers: ServerEvent[] = [...replies];
  if (requestId !== undefined) answers.push({ type: "ack", request_id: requestId, ...ack });
  const last = answers.pop();
  for (const answer of answers)
    await postToConnections([{ id: socket.connectionId }], () => encodeEvent(answer));
  return respond(last);
}

/** Serves every frame of the WebSocket API. Nothing that a client sends closes its connection. */
export async function handler(event: SocketEvent): Promise<RouteResponse> {
  const { connectionId, requestId, authorizer } = event.requestContext;
  const socket = socketOf(connectionId, authorizer);
  if (!socket) throw new Error("A frame came without the context of the authorizer.");
  let raw: unknown;
  let operation = "frame";
  try {
    raw = parseJson(event.body ?? "", "frame");
    const frame = parseFrame(raw);
    operation = `frame ${frame.type}`;
    if (frame.type !== "authenticate" && !(await isAuthenticated(socket))) {
      await expireConnection(socket);
      return respond();
    }
    return await answerWith(await handle(frame, socket), frame.request_id, socket);
  } catch (error) {
    return respond(errorEvent(answerTo(error, { requestId, operation }), requestIdOf(raw)));
  }
}
