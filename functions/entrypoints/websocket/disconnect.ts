import { forgetConnections } from "../../delivery/remove-connections.ts";
import { socketOf } from "../../kernel/websocket/socket.ts";
import type { SocketEvent } from "../../kernel/websocket/socket-event.ts";

/**
 * Removes a closed connection. The gateway calls this at its best effort. A missed close is found
 * by the next post, or the entry expires.
 */
export async function handler({ requestContext }: SocketEvent): Promise<{ statusCode: number }> {
  const socket = socketOf(requestContext.connectionId, requestContext.authorizer);
  if (socket) await forgetConnections(socket.userId, [socket.connectionId]);
  return { statusCode: 200 };
}
