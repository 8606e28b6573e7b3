import { ApiError } from "../kernel/http/api-error.ts";
import { epochSeconds } from "../kernel/runtime/time.ts";
import type { Socket } from "../kernel/websocket/socket.ts";
import { extendConnection } from "../store/presence/connections.ts";
import { getPresence } from "../store/presence/presence.ts";

function closedConnection() {
  return new ApiError("unauthorized", "This connection no longer exists: connect again.");
}

/**
 * Extends a connection to the expiry of a newer token of the same user. Throws `token_expired` or
 * `unauthorized`.
 */
export async function authenticate(socket: Socket, token: string): Promise<void> {
  // Imported on demand: few frames are `authenticate`, and every function starts sooner without
  // this module.
  const { verifyToken } = await import("../kernel/auth/token.ts");
  const actor = await verifyToken(token);
  if (actor === "expired")
    throw new ApiError("token_expired", "The token has expired: get a new one with POST /api/auth/refresh.");
  if (actor === "invalid") throw new ApiError("unauthorized", "The token is not valid.");
  if (actor.userId !== socket.userId)
    throw new ApiError("unauthorized", "The token is another user's: open a connection of their own.");
  if (!(await extendConnection(socket.userId, socket.connectionId, actor.tokenExpiresAt)))
    throw closedConnection();
}

/**
 * Returns whether the token behind a connection is still valid. The expiry that the gateway kept
 * needs no read. After that time, the connection's entry tells whether `authenticate` extended it.
 */
export async function isAuthenticated(socket: Socket): Promise<boolean> {
  if (socket.tokenExpiresAt > epochSeconds()) return true;
  const { connections } = await getPresence(socket.userId, "consistent");
  const entry = connections.find((connection) => connection.id === socket.connectionId);
  return entry !== undefined && entry.tokenExpiresAt > epochSeconds();
}
