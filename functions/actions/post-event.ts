import type { ServerEvent } from "../../contract/events.ts";
import { type Connection, isOpening } from "../data/presence.ts";
import { closeConnection, postToConnections } from "../data/sockets.ts";
import { epochSeconds } from "../kernel/time.ts";

export const encodeEvent = (event: ServerEvent): string => JSON.stringify(event);

/** An event for everybody, or one for each user where it differs by user. */
export type EventFor = ServerEvent | ((userId: string) => ServerEvent);

const tokenExpired = encodeEvent({
  type: "error",
  request_id: null,
  error: {
    code: "token_expired",
    detail: "The token behind this connection has expired: connect again, and send authenticate in time.",
  },
});

/** Tells connections whose token has expired so, and closes them. */
export const closeExpired = async (expired: readonly Pick<Connection, "id">[]): Promise<void> => {
  await postToConnections(expired, () => tokenExpired);
  await Promise.all(expired.map((connection) => closeConnection(connection.id)));
};

/** Encodes an event once, or once for each user where it differs by user. */
const encoderOf = (event: EventFor): ((connection: Connection) => string) => {
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
 * Posts an event to connections, and gives those that are over, which the caller forgets: they are gone, or
 * their token has expired, which they are told instead of going silent. Best effort: nothing of it can fail
 * what was stored before.
 */
export const postEvent = async (
  connections: readonly Connection[],
  event: EventFor,
): Promise<Connection[]> => {
  const now = epochSeconds();
  const { live = [], expired = [] } = Object.groupBy(connections, (connection) =>
    connection.tokenExpiresAt > now ? "live" : "expired",
  );
  const gone = await postToConnections(live, encoderOf(event));
  if (expired.length > 0) await closeExpired(expired);
  return [...gone.filter((connection) => !isOpening(connection)), ...expired];
};
