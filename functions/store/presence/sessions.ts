/**
 * Sessions: the history of a user's connections, for the sessions endpoints.
 *   one, many by connection   USER#u / SESSION#connection
 *   of a user                 USER#u / SESSION#..., for those that are over
 * Which of them are active is said by the user's presence.
 */
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { epochSeconds } from "../../kernel/runtime/time.ts";
import { keys } from "../table/keys.ts";
import { prefixes } from "../table/prefixes.ts";
import { getItems, type Item, putItem, query, takeItem, updateItem } from "../table/table.ts";

/** Seconds for which an ended session is kept. */
const keptSeconds = 24 * 3600;
/** Seconds after which a connection has certainly ended, told or not. */
const lifeSeconds = (2 * 60 + 10) * 60;

export interface Session {
  readonly userId: string;
  readonly connectionId: string;
  /** Milliseconds since 1970. */
  readonly connectedAt: number;
  readonly userAgent: string;
  readonly ipAddress: string;
}

function toItem(session: Session) {
  return {
    ...keys.session(session.userId, session.connectionId),
    connected_at: session.connectedAt,
    user_agent: session.userAgent.slice(0, 256),
    ip_address: session.ipAddress,
    expires_at: epochSeconds(session.connectedAt) + lifeSeconds + keptSeconds,
  };
}

function connectionOf(item: Item): string {
  return String(item.sk).slice(prefixes.session.length);
}

function fromItem(userId: string, item: Item): Session {
  return {
    userId,
    connectionId: connectionOf(item),
    connectedAt: Number(item.connected_at),
    userAgent: String(item.user_agent),
    ipAddress: String(item.ip_address),
  };
}

export function putSession(session: Session): Promise<void> {
  return putItem(toItem(session));
}

/** Notes the end of a session; nothing if there is none. */
export async function endSession(userId: string, connectionId: string): Promise<void> {
  const now = Date.now();
  await updateItem(keys.session(userId, connectionId), {
    UpdateExpression: "SET ended_at = if_not_exists(ended_at, :now), expires_at = :expires",
    ConditionExpression: "attribute_exists(pk)",
    ExpressionAttributeValues: { ":now": now, ":expires": epochSeconds(now) + keptSeconds },
  });
}

/** The sessions of these connections, by connection, those that there are. */
export async function getSessions(
  userId: string,
  connectionIds: readonly string[],
): Promise<Map<string, Session>> {
  const items = await getItems(connectionIds.map((id) => keys.session(userId, id)));
  return new Map(items.map((item) => [connectionOf(item), fromItem(userId, item)]));
}

/** How many sessions are looked at in one query, and deleted at once. */
const pageSize = 500;
const atOnce = 25;

/**
 * Deletes what has outlived its time and that the table's TTL has not come to yet, and gives how many it
 * were. Broken off, the next call goes on.
 */
export async function deleteOldSessions(userId: string): Promise<number> {
  const { pk, prefix } = keys.sessionsOf(userId);
  let after: string = prefix;
  let deleted = 0;
  for (;;) {
    const items = await query({
      // `~` comes after every character of an id.
      KeyConditionExpression: "pk = :pk AND sk BETWEEN :after AND :end",
      ExpressionAttributeValues: { ":pk": pk, ":after": after, ":end": `${prefix}~` },
      ProjectionExpression: "pk, sk, expires_at",
      Limit: pageSize,
    });
    const old = items.filter((item) => Number(item.expires_at) <= epochSeconds());
    await forEachConcurrent(old, atOnce, async (item) => {
      if (await takeItem(keys.session(userId, connectionOf(item)))) deleted += 1;
    });
    const last = items.at(-1);
    if (!last || items.length < pageSize) return deleted;
    after = `${String(last.sk)}!`;
  }
}
