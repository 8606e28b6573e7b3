/**
 * Presence: a user's live connections, when they were last there, and whether that makes them online.
 *   of one user, of many      USER#u / PRESENCE
 * Written by connections.ts and online.ts, through change-presence.ts alone. A gateway does not always tell
 * of an end, so entries are ignored some time after the two hours that a connection can last at most.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
import { shortDigest } from "../../kernel/runtime/ids.ts";
import { isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { getItem, type Item, putIfAbsent } from "../table/table.ts";

/** Milliseconds after which an entry is certainly dead: two hours, and ten minutes for clocks. */
export const entryLife = (2 * 60 + 10) * 60_000;
/** Milliseconds for which a heartbeat keeps somebody online. */
export const heartbeatLife = 5 * 60_000;

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
  /** Those whom the user blocks, by digests of their ids, and since when in milliseconds since 1970 (see blocks.ts). */
  readonly blockedUsers: ReadonlyMap<string, number>;
  /** The large rooms that the user is in (see live.ts). */
  readonly largeRooms: ReadonlySet<string>;
  /** Raised by every change. */
  readonly version: number;
}

/**
 * What a presence keeps of a block: 16 characters, since each connection writes all of them. Eight are a digest, of 48 bits:
 * who has that of somebody blocked is shown as offline, which happens to one in 10^12 where 500 are blocked.
 */
export function blockToText(userId: string, since: number): string {
  return `${shortDigest(userId)}${since.toString(36)}`;
}

/** Since when somebody hides from somebody else. */
function blockTime({ blockedUsers }: Presence, { userId }: Presence): number | undefined {
  return blockedUsers.size === 0 ? undefined : blockedUsers.get(shortDigest(userId));
}

/** Since when two people see nothing of each other, in milliseconds since 1970; undefined where neither blocks the other. */
export function blockedSince(one: Presence, other: Presence): number | undefined {
  const times = [blockTime(one, other), blockTime(other, one)];
  const since = Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(since) ? since : undefined;
}

/** A presence as somebody sees it: from a block on, in either direction, the other one is as if they had gone then. */
export function presenceSeenBy(presence: Presence, viewer: Presence): Presence {
  const since = blockedSince(presence, viewer);
  if (since === undefined) return presence;
  const { lastSeen } = presence;
  const isLater = lastSeen !== null && Date.parse(lastSeen) > since;
  return { ...presence, isOnline: false, lastSeen: isLater ? isoOf(since) : lastSeen };
}

/**
 * Milliseconds for which a post may not reach a new connection: it is noted before its upgrade is complete,
 * and the gateway answers 410 until then. Forgotten for that, it would stay deaf for as long as it lives.
 */
export const openingTime = 60_000;

export function isOpening(connection: Connection): boolean {
  return Date.now() - connection.connectedAt < openingTime;
}

/** A presence as it is stored. All times in milliseconds since 1970, 0 for never. */
export interface StoredPresence {
  readonly userId: string;
  /** Dead ones too, the oldest first; undefined where none was ever stored. */
  readonly entries: readonly Connection[] | undefined;
  readonly heartbeatAt: number;
  readonly lastSeen: number;
  /** Whether the user has said that they are offline, whatever is connected. */
  readonly isHidden: boolean;
  /**
   * Where they stand on the list of who is online, which is what their peers were told; undefined for not on
   * it.
   */
  readonly listedUntil: number | undefined;
  /** As in a presence: written by blocks.ts alone, which leaves the version as it is. */
  readonly blockedUsers: ReadonlyMap<string, number>;
  /** The large rooms that the user is in (see live.ts). */
  readonly largeRooms: ReadonlySet<string>;
  /** Raised by every change. */
  readonly version: number;
}

export function connectionEntryOf(connection: Connection) {
  return {
    at: connection.connectedAt,
    token: connection.tokenExpiresAt,
    ...(connection.roomId !== undefined && { room: connection.roomId }),
  };
}

function entriesOf(userId: string, item: Item): Connection[] | undefined {
  return item.connections === undefined
    ? undefined
    : // Safe: written by entryOf alone.
      Object.entries(item.connections as Record<string, { at: number; token: number; room?: string }>)
        .map(([id, entry]) => ({
          id,
          userId,
          connectedAt: entry.at,
          tokenExpiresAt: entry.token,
          roomId: entry.room,
        }))
        .sort((one, other) => one.connectedAt - other.connectedAt);
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function blocksFromSet(value: unknown): ReadonlyMap<string, number> {
  return new Map(
    [...(value instanceof Set ? value : [])].map((hiding) => {
      const text = String(hiding);
      return [text.slice(0, 8), Number.parseInt(text.slice(8), 36)] as const;
    }),
  );
}

export function storedFromItem(userId: string, item: Item | undefined): StoredPresence {
  return {
    userId,
    entries: entriesOf(userId, item ?? {}),
    heartbeatAt: numberOr(item?.heartbeat_at, 0),
    lastSeen: numberOr(item?.last_seen, 0),
    isHidden: item?.is_hidden === true,
    listedUntil: typeof item?.gsi1sk === "string" ? Date.parse(item.gsi1sk) : undefined,
    blockedUsers: blocksFromSet(item?.blocked_users),
    // Safe: a set of room ids, written by live.ts alone.
    largeRooms: item?.large_rooms instanceof Set ? (item.large_rooms as Set<string>) : new Set(),
    version: numberOr(item?.version, 0),
  };
}

/** Those that can still be alive. */
export function liveOf(
  { entries = [] }: Pick<StoredPresence, "entries">,
  now: number = Date.now(),
): Connection[] {
  return entries.filter((entry) => now - entry.connectedAt < entryLife);
}

/** Until when somebody is online, if nothing more is heard of them: a time in the past where they are not. */
export function onlineUntil(
  stored: Pick<StoredPresence, "entries" | "heartbeatAt" | "isHidden">,
  now: number = Date.now(),
): number {
  if (stored.isHidden) return 0;
  const newest = liveOf(stored, now).at(-1);
  return Math.max(newest ? newest.connectedAt + entryLife : 0, stored.heartbeatAt + heartbeatLife);
}

function present(stored: StoredPresence): Presence {
  const now = Date.now();
  return {
    userId: stored.userId,
    connections: liveOf(stored, now),
    isOnline: onlineUntil(stored, now) > now,
    lastSeen: stored.lastSeen > 0 ? isoOf(stored.lastSeen) : null,
    blockedUsers: stored.blockedUsers,
    largeRooms: stored.largeRooms,
    version: stored.version,
  };
}

export function presenceFromItem(item: Item): Presence {
  return present(storedFromItem(idOfKey(String(item.pk)), item));
}

export function absent(userId: string): Presence {
  return {
    userId,
    connections: [],
    isOnline: false,
    lastSeen: null,
    blockedUsers: new Map(),
    largeRooms: new Set(),
    version: 0,
  };
}

export async function getPresence(
  userId: string,
  read: "consistent" | "eventual" = "eventual",
): Promise<Presence> {
  const item = await getItem(keys.presence(userId), read);
  return item ? presenceFromItem(item) : absent(userId);
}

/** Somebody who has never been there: makes room for their first connection. */
export async function putPresence(userId: string): Promise<void> {
  await putIfAbsent({ ...keys.presence(userId), connections: {} });
}
