/**
 * Who is online, and how somebody comes and goes without a connection.
 *   who is online             gsi1: ONLINE#shard / until when
 */
import { isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, indexKeys } from "../table/keys.ts";
import { queryAll } from "../table/table.ts";
import { type Changed, changePresence } from "./change-presence.ts";
import { entryLife, heartbeatLife, onlineUntil } from "./presence.ts";

/** Milliseconds in which a heartbeat is noted once, however often a client sends one. */
const heartbeatInterval = 60_000;

interface Heartbeat {
  /** When the last sign of life was noted, in milliseconds since 1970. */
  readonly at: number;
  /** Undefined where nothing was written, since the last one is less than a minute old. */
  readonly changed: Changed | undefined;
}

export async function putHeartbeat(userId: string): Promise<Heartbeat> {
  let at = 0;
  const changed = await changePresence(userId, "eventual", (stored) => {
    const now = Date.now();
    const isDue = stored.isHidden || now - stored.heartbeatAt >= heartbeatInterval;
    at = isDue ? now : stored.heartbeatAt;
    // One that comes every two minutes moves the place on the list every second time.
    return isDue
      ? { heartbeatAt: now, isHidden: false, isSeen: true, listedAhead: heartbeatLife / 2 }
      : undefined;
  });
  return { at, changed };
}

/**
 * Takes somebody off the list until their next heartbeat or connection; undefined if they are off it by their
 * own word.
 */
export function putOffline(userId: string): Promise<Changed | undefined> {
  return changePresence(userId, "consistent", (stored) =>
    stored.isHidden ? undefined : { heartbeatAt: 0, isHidden: true, isSeen: true },
  );
}

/**
 * Brings the list into line with the presence of somebody who stands on it beyond their time: takes them off
 * it, or moves them to the time until which they are online.
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
   * Those whose time on the list is over: online if there has been a later sign of life, of which their
   * presence tells.
   */
  readonly doubtful: readonly string[];
}

/**
 * Everybody on the list. A place on it is moved before a connection is added that begins after its time, so
 * that whoever stands there for longer than a connection lives is certainly gone.
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
  const { online = [], doubtful = [] } = Object.groupBy(items.flat(), (item) =>
    Date.parse(String(item.gsi1sk)) > now ? "online" : "doubtful",
  );
  const idsOf = (listed: typeof online) => listed.map((item) => idOfKey(String(item.pk)));
  return { online: idsOf(online), doubtful: idsOf(doubtful) };
}
