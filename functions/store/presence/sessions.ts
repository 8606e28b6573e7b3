/**
 * Sessions: the history of a user's connections, for the sessions endpoints.
 *   one, many by connection   USER#u / SESSION#connection
 *   of a user                 USER#u / SESSION#..., for those that have ended
 * The user's presence says which of them are active.
 */
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { epochSeconds } from "../../kernel/runtime/time.ts";
import { keys } from "../table/keys.ts";
import { prefixes } from "../table/prefixes.ts";
import { getItems, type Item, putItem, query, takeItem, updateItem } from "../table/table.ts";

/** Seconds for which an ended session is kept. */
const keptSeconds = 24 * 3600;
/** Seconds after which a connection has certainly ended, reported or not. */
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

/** Records the end of a session. Does nothing if there is no such session. */
export async function endSession(userId: string, connectionId: string): Promise<void> {
  const now = Date.now();
  await updateItem(keys.session(userId, connectionId), {
    set: { expires_at: epochSeconds(now) + keptSeconds },
    compute: { ended_at: "if_not_exists(ended_at, :now)" },
    condition: "attribute_exists(pk)",
    values: { now },
  });
}

/** Returns the sessions of those connections that have one, by connection. */
export async function getSessions(
  userId: string,
  connectionIds: readonly string[],
): Promise<Map<string, Session>> {
  const items = await getItems(connectionIds.map((id) => keys.session(userId, id)));
  return new Map(items.map((item) => [connectionOf(item), fromItem(userId, item)]));
}

/** Sessions that one query reads, and deletes that run at the same time. */
const pageSize = 500;
const atOnce = 25;

/**
 * Deletes sessions past their life that the table's TTL has not deleted yet. Returns how many. If
 * interrupted: some are left. Repaired by: the next call.
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
