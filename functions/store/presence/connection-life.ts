/**
 * The life of a connection. It ends in one of these ways, and a file sees each:
 *   the gateway reports its end      entrypoints/websocket/disconnect.ts
 *   a post meets GoneException       store/presence/sockets.ts
 *   its token has expired            delivery/post-event.ts at a post,
 *                                    connections/authenticate.ts at a frame
 *   its user left its only room      delivery/remove-connections.ts, which closes it
 *   `entryLife` has passed           `openConnections` below, which ignores its entry
 * In all of them except the last, delivery/remove-connections.ts removes the entry.
 * The gateway does not always report an end. So entries are ignored some time after the two hours
 * that a connection can last.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
import type { Connection, StoredPresence } from "./presence.ts";

/** Milliseconds after which an entry is certainly dead: two hours, and ten minutes for clocks. */
export const entryLife = (2 * 60 + 10) * 60_000;

/** Returns the connections that can still be open, the oldest first. */
export function openConnections(
  { entries = [] }: Pick<StoredPresence, "entries">,
  now: number = Date.now(),
): Connection[] {
  return entries.filter((entry) => now - entry.connectedAt < entryLife);
}

/**
 * Milliseconds for which a post may not reach a new connection. Its entry is written before its
 * upgrade is complete, and the gateway answers 410 until then. If a delivery removed the entry
 * then, the connection would receive nothing for the rest of its life.
 */
export const openingTime = 60_000;

export function isOpening(connection: Connection): boolean {
  return Date.now() - connection.connectedAt < openingTime;
}
