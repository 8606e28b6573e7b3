import type { ServerEvent } from "../../contract/events.ts";
import { type Connection, type Presence, removeConnections } from "../data/presence.ts";
import { endSession } from "../data/sessions.ts";
import { closeConnection, postToConnections } from "../data/sockets.ts";
import type { Socket } from "../kernel/socket.ts";
import { epochSeconds } from "../kernel/time.ts";

export const encodeEvent = (event: ServerEvent): string => JSON.stringify(event);

const tokenExpired = encodeEvent({
  type: "error",
  request_id: null,
  error: {
    code: "token_expired",
    detail: "The token behind this connection has expired: connect again, and send authenticate in time.",
  },
});

/** Forgets connections that are over, of one user. */
export const forgetConnections = async (userId: string, connectionIds: readonly string[]): Promise<void> => {
  if (connectionIds.length === 0) return;
  await Promise.all([
    removeConnections(userId, connectionIds),
    ...connectionIds.map((connectionId) => endSession(userId, connectionId)),
  ]);
};

const forgetAll = async (connections: readonly Pick<Connection, "id" | "userId">[]): Promise<void> => {
  const byUser = Map.groupBy(connections, (connection) => connection.userId);
  await Promise.all(
    [...byUser].map(([userId, gone]) =>
      forgetConnections(
        userId,
        gone.map((connection) => connection.id),
      ),
    ),
  );
};

/** Tells connections whose token has expired so, and closes them. */
const expireConnections = async (expired: readonly Pick<Connection, "id" | "userId">[]): Promise<void> => {
  await postToConnections(expired, () => tokenExpired);
  await Promise.all(expired.map((connection) => closeConnection(connection.id)));
  await forgetAll(expired);
};

export const expireConnection = (socket: Socket): Promise<void> =>
  expireConnections([{ id: socket.connectionId, userId: socket.userId }]);

/**
 * Milliseconds for which a post may not reach a new connection: it is noted before its upgrade is complete, and the
 * gateway answers 410 until then. Forgotten for that, it would stay deaf for as long as it lives.
 */
const openingTime = 60_000;

const isOpening = (connection: Connection): boolean => Date.now() - connection.connectedAt < openingTime;

/** Encodes an event once, or once for each user where it differs by user. */
const encoderOf = (
  event: ServerEvent | ((userId: string) => ServerEvent),
): ((connection: Connection) => string) => {
  if (typeof event !== "function") {
    const encoded = encodeEvent(event);
    return () => encoded;
  }
  const encoded = new Map<string, string>();
  return ({ userId }) => {
    const data = encoded.get(userId) ?? encodeEvent(event(userId));
    encoded.set(userId, data);
    return data;
  };
};

/**
 * Posts an event of a room to every live connection of these people that listens to the room. Best effort: nothing of
 * it can fail what was stored before. Connections that are gone are removed; one whose token has expired is told so
 * and closed, instead of going silent.
 */
export const deliver = async (
  presences: Iterable<Presence>,
  roomId: string,
  event: ServerEvent | ((userId: string) => ServerEvent),
): Promise<void> => {
  const now = epochSeconds();
  const listening = [...presences]
    .flatMap((presence) => presence.connections)
    .filter((connection) => connection.roomId === undefined || connection.roomId === roomId);
  const { live = [], expired = [] } = Object.groupBy(listening, (connection) =>
    connection.tokenExpiresAt > now ? "live" : "expired",
  );
  const missed = await postToConnections(live, encoderOf(event));
  const gone = missed.filter((connection) => !isOpening(connection));
  if (gone.length > 0) await forgetAll(gone);
  if (expired.length > 0) await expireConnections(expired);
};
