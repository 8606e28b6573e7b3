import type { ServerEvent } from "../../contract/events.ts";
import { epochSeconds } from "../kernel/runtime/time.ts";
import { isOpening } from "../store/presence/connection-life.ts";
import { blockedSince, type Connection, type Presence, presenceSeenBy } from "../store/presence/presence.ts";
import { closeConnection, postToConnections } from "../store/presence/sockets.ts";

/** Returns an event as the text that a connection gets. */
export function encodeEvent(event: ServerEvent): string {
  return JSON.stringify(event);
}

/**
 * One event for all recipients, or a function that returns the event for a user. Undefined for a
 * user who does not get it.
 */
export type EventFor = ServerEvent | ((userId: string) => ServerEvent | undefined);

const tokenExpired = encodeEvent({
  type: "error",
  request_id: null,
  error: {
    code: "token_expired",
    detail: "The token behind this connection has expired: connect again, and send authenticate in time.",
  },
});

/**
 * Posts `token_expired` to connections whose token has expired, and closes them. Returns the
 * connections for which there was no time.
 */
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

/** Encodes each event once, also events that differ by user. */
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

/** The result of posting an event. */
export interface Posted {
  /** Closed connections, which the caller removes. */
  readonly closed: readonly Connection[];
  /** Connections that did not take the post but are so new that they may still be opening. */
  readonly opening: readonly Connection[];
  /** Connections that may be reached later. */
  readonly failed: readonly Connection[];
  /** Connections for which there was no time. */
  readonly untried: readonly Connection[];
}

/**
 * Posts an event to connections. A connection whose token has expired gets `token_expired` instead
 * of silence, and counts as closed. Best effort: a failed post cannot fail what was stored before.
 */
export async function postEvent(
  connections: readonly Connection[],
  event: EventFor,
  timeLeft?: () => number,
): Promise<Posted> {
  const now = epochSeconds();
  const { valid = [], expired = [] } = Object.groupBy(connections, (connection) =>
    connection.tokenExpiresAt > now ? "valid" : "expired",
  );
  const encode = encoderOf(event);
  const { closed, failed, untried } = await postToConnections(
    valid.flatMap((connection) => {
      const data = encode(connection);
      return data === undefined ? [] : [{ ...connection, data }];
    }),
    ({ data }) => data,
    timeLeft,
  );
  const open = new Set(await closeExpired(expired, timeLeft));
  const expiredAndClosed = expired.filter((connection) => !open.has(connection));
  // Each connection is tested once: with two tests, one that turns a minute old in between would be
  // in neither group.
  const { ended = [], opening = [] } = Object.groupBy(closed, (connection) =>
    isOpening(connection) ? "opening" : "ended",
  );
  return {
    closed: [...ended, ...expiredAndClosed],
    opening,
    failed,
    untried: [...untried, ...open],
  };
}

/**
 * Returns the event of a new message as each recipient sees it. All recipients see the same, except
 * a recipient whom a block separates from the sender. That recipient sees the sender as offline.
 * All other events that show users are made for one recipient.
 */
export function messageSeenBy(
  event: ServerEvent,
  sender: Presence,
  recipients: readonly Presence[],
): EventFor {
  if (event.type !== "message") return event;
  const blocked = recipients.filter((recipient) => blockedSince(sender, recipient) !== undefined);
  if (blocked.length === 0) return event;
  const { message } = event;
  const ownEvents = new Map(
    blocked.map((recipient): [string, ServerEvent] => {
      const { isOnline, lastSeen } = presenceSeenBy(sender, recipient);
      const shown = { ...message.sender, is_online: isOnline, last_seen: lastSeen };
      return [recipient.userId, { type: "message", message: { ...message, sender: shown } }];
    }),
  );
  return (userId) => ownEvents.get(userId) ?? event;
}
