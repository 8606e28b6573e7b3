/**
 * Presence: a user's live connections and when they were last there.
 *   of one user, of many      USER#u / PRESENCE
 *   who is online             gsi1: ONLINE#shard / last activity
 * A gateway does not always tell of an end, so entries are ignored some time after the two hours that a connection
 * can last at most. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
import { isoOf } from "../kernel/time.ts";
import { idOfKey, indexKeys, keys } from "./keys.ts";
import { getItem, type Item, type Outcome, putIfAbsent, updateItem } from "./table.ts";

/** Milliseconds after which an entry is certainly dead: two hours, and ten minutes for clocks. */
const entryLife = (2 * 60 + 10) * 60_000;
/** Milliseconds for which a heartbeat keeps somebody online. */
const heartbeatLife = 5 * 60_000;
/** Live connections that a user may have; the oldest makes room for one more. */
export const maxConnections = 20;

export interface Connection {
  readonly id: string;
  readonly userId: string;
  /** Milliseconds since 1970. */
  readonly connectedAt: number;
  /** Seconds since 1970: when the token behind the connection expires. */
  readonly tokenExpiresAt: number;
  /** The one room whose events the connection gets; undefined for all. */
  readonly roomId: string | undefined;
}

export interface Presence {
  readonly userId: string;
  /** Those that can still be alive, the oldest first. */
  readonly connections: readonly Connection[];
  readonly isOnline: boolean;
  readonly lastSeen: string | null;
}

const entryOf = (connection: Connection) => ({
  at: connection.connectedAt,
  token: connection.tokenExpiresAt,
  ...(connection.roomId !== undefined && { room: connection.roomId }),
});

const connectionsOf = (userId: string, item: Item): Connection[] =>
  // Safe: written by entryOf alone.
  Object.entries((item.connections ?? {}) as Record<string, { at: number; token: number; room?: string }>)
    .map(([id, entry]) => ({
      id,
      userId,
      connectedAt: entry.at,
      tokenExpiresAt: entry.token,
      roomId: entry.room,
    }))
    .sort((one, other) => one.connectedAt - other.connectedAt);

const isLive = (connection: Connection): boolean => Date.now() - connection.connectedAt < entryLife;

export const presenceFromItem = (item: Item): Presence => {
  const userId = idOfKey(String(item.pk));
  const connections = connectionsOf(userId, item).filter(isLive);
  const heartbeat = typeof item.heartbeat_at === "number" ? item.heartbeat_at : 0;
  return {
    userId,
    connections,
    isOnline: connections.length > 0 || Date.now() - heartbeat < heartbeatLife,
    lastSeen: typeof item.last_seen === "number" ? isoOf(item.last_seen) : null,
  };
};

export const absent = (userId: string): Presence => ({
  userId,
  connections: [],
  isOnline: false,
  lastSeen: null,
});

export const getPresence = async (
  userId: string,
  read: "consistent" | "eventual" = "eventual",
): Promise<Presence> => {
  const item = await getItem(keys.presence(userId), read);
  return item ? presenceFromItem(item) : absent(userId);
};

/** Somebody who has never been there: makes room for their first connection. */
export const putPresence = async (userId: string): Promise<void> => {
  await putIfAbsent({ ...keys.presence(userId), connections: {} });
};

const online = (userId: string, now: number) => {
  const { gsi1pk, gsi1sk } = indexKeys.online(userId, isoOf(now));
  return { ":pk": gsi1pk, ":sk": gsi1sk, ":now": now };
};

/** Adds a connection, and gives those entries that are over: too old, or more than a user may have. */
export const addConnection = async (connection: Connection): Promise<readonly Connection[]> => {
  const { id, userId, connectedAt } = connection;
  const key = keys.presence(userId);
  // Somebody who is on the list of who is online stays where they are on it: moving them writes the index twice.
  const common = "last_seen = :now, gsi1pk = :pk, gsi1sk = if_not_exists(gsi1sk, :sk)";
  const values = online(userId, connectedAt);
  // A nested path can be set only where its map exists. It is made with the profile; else the first connection does.
  const add = (): Promise<Outcome> =>
    updateItem(key, {
      UpdateExpression: `SET connections.#id = :entry, ${common}`,
      ConditionExpression: "attribute_exists(connections)",
      ExpressionAttributeNames: { "#id": id },
      ExpressionAttributeValues: { ...values, ":entry": entryOf(connection) },
      ReturnValues: "ALL_NEW",
    });
  const first = (): Promise<Outcome> =>
    updateItem(key, {
      UpdateExpression: `SET connections = :map, ${common}`,
      ConditionExpression: "attribute_not_exists(connections)",
      ExpressionAttributeValues: { ...values, ":map": { [id]: entryOf(connection) } },
      ReturnValues: "ALL_NEW",
    });
  for (const attempt of [add, first, add]) {
    const outcome = await attempt();
    if (!outcome.done) continue;
    const all = connectionsOf(userId, outcome.item);
    const live = all.filter(isLive);
    return [
      ...all.filter((entry) => !isLive(entry)),
      ...live.slice(0, Math.max(0, live.length - maxConnections)),
    ];
  }
  throw new Error(`The presence of ${userId} changed between three updates.`);
};

/** Removes connections that are over. The last one to go takes the user off the list of who is online. */
export const removeConnections = async (userId: string, ids: readonly string[]): Promise<void> => {
  const names = Object.fromEntries(ids.map((id, at) => [`#c${at}`, id]));
  const outcome = await updateItem(keys.presence(userId), {
    UpdateExpression: `SET last_seen = :now REMOVE ${ids.map((_, at) => `connections.#c${at}`).join(", ")}`,
    ConditionExpression: "attribute_exists(connections)",
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: { ":now": Date.now() },
    ReturnValues: "ALL_NEW",
  });
  if (!outcome.done || connectionsOf(userId, outcome.item).length > 0) return;
  await updateItem(keys.presence(userId), {
    UpdateExpression: "REMOVE gsi1pk, gsi1sk",
    // Another connection may have come in between.
    ConditionExpression: "size(connections) = :none",
    ExpressionAttributeValues: { ":none": 0 },
  });
};

/** Lets a connection live as long as a newer token; false if there is no such connection. */
export const extendConnection = async (
  userId: string,
  connectionId: string,
  tokenExpiresAt: number,
): Promise<boolean> => {
  const { done } = await updateItem(keys.presence(userId), {
    UpdateExpression: "SET connections.#id.#token = :token",
    ConditionExpression: "attribute_exists(connections.#id)",
    ExpressionAttributeNames: { "#id": connectionId, "#token": "token" },
    ExpressionAttributeValues: { ":token": tokenExpiresAt },
  });
  return done;
};
