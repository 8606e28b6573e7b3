import type { Actor } from "../auth/actor.ts";

/**
 * What the authorizer of the WebSocket API tells of a connection. The gateway keeps it and gives it to every later
 * event of the connection, so that no frame needs a read to know who sent it. Values are text: the gateway's context
 * holds nothing deeper.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-websocket-api-lambda-auth.html
 */
export interface SocketContext {
  readonly user_id: string;
  /** Seconds since 1970. */
  readonly token_expires_at: string;
  /** The one room, or the one person, that the connection is limited to; empty for neither. */
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

/** Undefined where an event carries no context of the authorizer: then nobody is let in. */
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

/** The user of a connection, as a caller: of the token that opened it, only its expiry was kept. */
export function actorOf(socket: Socket): Actor {
  return {
    userId: socket.userId,
    claims: {},
    tokenExpiresAt: socket.tokenExpiresAt,
  };
}
