/**
 * The list of online users, and how users enter and leave it without a connection.
 *   the online users          gsi1: ONLINE#shard / until when
 */
import { isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, indexKeys } from "../table/keys.ts";
import { queryAll } from "../table/table.ts";
import { type Changed, changePresence } from "./change-presence.ts";
import { entryLife } from "./connection-life.ts";
import { heartbeatLife, onlineUntil } from "./presence.ts";

/** Milliseconds in which one heartbeat is stored, however many a client sends. */
const heartbeatInterval = 60_000;

interface Heartbeat {
  /** When the last activity was stored, in milliseconds since 1970. */
  readonly at: number;
  /** Undefined if nothing was written, since the last write is less than a minute old. */
  readonly changed: Changed | undefined;
}

export async function putHeartbeat(userId: string): Promise<Heartbeat> {
  let at = 0;
  const changed = await changePresence(userId, "eventual", (stored) => {
    const now = Date.now();
    const isDue = stored.isHidden || now - stored.heartbeatAt >= heartbeatInterval;
    at = isDue ? now : stored.heartbeatAt;
    // A heartbeat every two minutes moves the place on the list every second time.
    return isDue
      ? { heartbeatAt: now, isHidden: false, isSeen: true, listedAhead: heartbeatLife / 2 }
      : undefined;
  });
  return { at, changed };
}

/**
 * Takes a user off the list until their next heartbeat or connection. Returns undefined if they
 * have already said that they are offline.
 */
export function putOffline(userId: string): Promise<Changed | undefined> {
  return changePresence(userId, "consistent", (stored) =>
    stored.isHidden ? undefined : { heartbeatAt: 0, isHidden: true, isSeen: true },
  );
}

/**
 * Corrects the list for a user who is on it beyond their time. It removes them, or moves them to
 * the time until which they are online.
 */
export function reconcileOnlineEntry(userId: string): Promise<Changed | undefined> {
  return changePresence(userId, "consistent", ({ listedUntil, ...stored }) => {
    const now = Date.now();
    return listedUntil === undefined || (listedUntil > now && onlineUntil(stored, now) > now)
      ? undefined
      : { isSeen: false };
  });
}

interface Listing {
  readonly online: readonly string[];
  /**
   * Users on the list beyond their time. They are online if their presence shows later activity.
   */
  readonly overdue: readonly string[];
}

/**
 * Returns the users on the list. A place moves before a connection begins that outlasts it. So a
 * user who is on the list for longer than a connection lives is certainly offline.
 */
export async function listOnlineEntries(): Promise<Listing> {
  const now = Date.now();
  const items = await Promise.all(
    indexKeys.onlineShards().map((shard) =>
      queryAll({
        IndexName: "gsi1",
        KeyConditionExpression: "gsi1pk = :shard AND gsi1sk > :dead",
        ExpressionAttributeValues: {
          ":shard": shard,
          ":dead": isoOf(now - entryLife),
        },
      }),
    ),
  );
  const { online = [], overdue = [] } = Object.groupBy(items.flat(), (item) =>
    Date.parse(String(item.gsi1sk)) > now ? "online" : "overdue",
  );
  const idsOf = (listed: typeof online) => listed.map((item) => idOfKey(String(item.pk)));
  return { online: idsOf(online), overdue: idsOf(overdue) };
}
