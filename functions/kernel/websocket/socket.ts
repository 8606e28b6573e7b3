import type { Actor } from "../auth/actor.ts";

/**
 * The context that the authorizer of the WebSocket API returns for a connection. The gateway keeps
 * it and adds it to every later event of the connection, so no frame needs a read to know its
 * sender. Values are text, because the gateway's context holds nothing deeper.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-websocket-api-lambda-auth.html
 */
export interface SocketContext {
  readonly user_id: string;
  /** Seconds since 1970. */
  readonly token_expires_at: string;
  /** The one room, or the one user, to which the connection is limited; empty for neither. */
  readonly room_id: string;
  readonly peer_id: string;
}

export interface Socket {
  readonly connectionId: string;
  readonly userId: string;
  /** Seconds since 1970, as it was when the connection was opened. */
  readonly tokenExpiresAt: number;
  readonly roomId: string | undefined;
  readonly peerId: string | undefined;
}

/**
 * Returns the socket of an event. Undefined if the event has no context of the authorizer: then it
 * must be refused.
 */
export function socketOf(
  connectionId: string,
  context: Readonly<Record<string, unknown>> | null | undefined,
): Socket | undefined {
  const text = (name: keyof SocketContext): string | undefined => {
    const value = context?.[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const userId = text("user_id");
  if (userId === undefined) return undefined;
  return {
    connectionId,
    userId,
    tokenExpiresAt: Number(text("token_expires_at") ?? 0),
    roomId: text("room_id"),
    peerId: text("peer_id"),
  };
}

/**
 * Returns the user of a connection as a caller. From the token that opened it only the expiry was
 * kept.
 */
export function actorOf(socket: Socket): Actor {
  return {
    userId: socket.userId,
    claims: {},
    tokenExpiresAt: socket.tokenExpiresAt,
  };
}
