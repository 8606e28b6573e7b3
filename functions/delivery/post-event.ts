import type { ServerEvent } from "../../contract/events.ts";
import { epochSeconds } from "../kernel/runtime/time.ts";
import { type Connection, isOpening } from "../store/presence/presence.ts";
import { closeConnection, postToConnections } from "../store/presence/sockets.ts";

export function encodeEvent(event: ServerEvent): string {
  return JSON.stringify(event);
}

/** An event for everybody, or one for each user where it differs by user; undefined for who is not to get it. */
export type EventFor = ServerEvent | ((userId: string) => ServerEvent | undefined);

const tokenExpired = encodeEvent({
  type: "error",
  request_id: null,
  error: {
    code: "token_expired",
    detail: "The token behind this connection has expired: connect again, and send authenticate in time.",
  },
});

/** Tells connections whose token has expired so, and closes them, but for those for whom there is no time: it gives these. */
export async function closeExpired<C extends Pick<Connection, "id">>(
  expired: readonly C[],
  timeLeft?: () => number,
): Promise<C[]> {
  const { untried } = await postToConnections(expired, () => tokenExpired, timeLeft);
  const open = new Set(untried);
  await Promise.all(
    expired.filter((connection) => !open.has(connection)).map((connection) => closeConnection(connection.id)),
  );
  return untried;
}

/** Encodes each event once, of those that differ by user too. */
function encoderOf(event: EventFor): (connection: Connection) => string | undefined {
  if (typeof event !== "function") {
    const encoded = encodeEvent(event);
    return () => encoded;
  }
  const byUser = new Map<string, ServerEvent | undefined>();
  const encoded = new Map<ServerEvent, string>();
  return ({ userId }) => {
    if (!byUser.has(userId)) byUser.set(userId, event(userId));
    const own = byUser.get(userId);
    if (own && !encoded.has(own)) encoded.set(own, encodeEvent(own));
    return own && encoded.get(own);
  };
}

/** What came of posting an event. */
export interface Posted {
  /** Connections that are over, which the caller forgets. */
  readonly over: readonly Connection[];
  /** Those that are not open, but so new that they may only be opening. */
  readonly opening: readonly Connection[];
  /** Those that may be reached later. */
  readonly failed: readonly Connection[];
  /** Those for whom there was no time. */
  readonly untried: readonly Connection[];
}

/**
 * Posts an event to connections. One whose token has expired is told so instead of going silent, and is over, as is one
 * that is gone. Best effort: nothing of it can fail what was stored before.
 */
export async function postEvent(
  connections: readonly Connection[],
  event: EventFor,
  timeLeft?: () => number,
): Promise<Posted> {
  const now = epochSeconds();
  const { live = [], expired = [] } = Object.groupBy(connections, (connection) =>
    connection.tokenExpiresAt > now ? "live" : "expired",
  );
  const encode = encoderOf(event);
  const {
    closed: unreached,
    failed,
    untried,
  } = await postToConnections(
    live.flatMap((connection) => {
      const data = encode(connection);
      return data === undefined ? [] : [{ ...connection, data }];
    }),
    ({ data }) => data,
    timeLeft,
  );
  const open = new Set(await closeExpired(expired, timeLeft));
  const closed = expired.filter((connection) => !open.has(connection));
  // Looked at once: one that turns a minute old in between would be neither.
  const { over = [], opening = [] } = Object.groupBy(unreached, (connection) =>
    isOpening(connection) ? "opening" : "over",
  );
  return {
    over: [...over, ...closed],
    opening,
    failed,
    untried: [...untried, ...open],
  };
}
