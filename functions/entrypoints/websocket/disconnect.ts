import { forgetConnections } from "../../delivery/dead-connections.ts";
import { socketOf } from "../../kernel/websocket/socket.ts";
import type { SocketEvent } from "../../kernel/websocket/socket-event.ts";

/** Best effort on the gateway's side: what it does not tell of is found out by the next post, or grows too old. */
export async function handler({ requestContext }: SocketEvent): Promise<{ statusCode: number }> {
  const socket = socketOf(requestContext.connectionId, requestContext.authorizer);
  if (socket) await forgetConnections(socket.userId, [socket.connectionId]);
  return { statusCode: 200 };
}
