/**
 * Presence: a user's open connections, when the user was last active, and whether they are online.
 *   of one user, of many      USER#u / PRESENCE
 * connections.ts and online.ts change it, through change-presence.ts. blocks.ts and
 * connected-members.ts write one attribute each. connection-life.ts says what ends a connection.
 */
import { shortDigest } from "../../kernel/runtime/ids.ts";
import { isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { getItem, type Item, putIfAbsent } from "../table/table.ts";
import { entryLife, openConnections } from "./connection-life.ts";

/** Milliseconds for which a heartbeat keeps a user online. */
export const heartbeatLife = 5 * 60_000;

export interface Connection {
  readonly id: string;
  readonly userId: string;
  /** Milliseconds since 1970. */
  readonly connectedAt: number;
  /** Seconds since 1970: when the token behind the connection expires. */
  readonly tokenExpiresAt: number;
  /** The one room whose events the connection receives; undefined for all rooms. */
  readonly roomId: string | undefined;
}

export interface Presence {
  readonly userId: string;
  /** Connections that can still be open, the oldest first. */
  readonly connections: readonly Connection[];
  readonly isOnline: boolean;
  readonly lastSeen: string | null;
  /**
   * The users that this user blocks: the time of each block in milliseconds since 1970, by a digest
   * of the blocked user's id (see blocks.ts).
   */
  readonly blockedUsers: ReadonlyMap<string, number>;
  /** The large rooms of the user (see connected-members.ts). */
  readonly largeRooms: ReadonlySet<string>;
  /** Each change raises it. */
  readonly version: number;
}

/**
 * Returns what a presence stores of a block: 16 characters, since each connection writes all of
 * them. Eight are a digest of 48 bits. A user with the same digest as a blocked user is shown as
 * offline. With 500 blocks this happens to one user in 10^12.
 */
export function blockToText(userId: string, since: number): string {
  return `${shortDigest(userId)}${since.toString(36)}`;
}

/** Returns since when a user blocks another one; undefined if they do not. */
function blockTime({ blockedUsers }: Presence, { userId }: Presence): number | undefined {
  return blockedUsers.size === 0 ? undefined : blockedUsers.get(shortDigest(userId));
}

/**
 * Returns since when two users do not see each other, in milliseconds since 1970. Returns undefined
 * if neither blocks the other.
 */
export function blockedSince(one: Presence, other: Presence): number | undefined {
  const times = [blockTime(one, other), blockTime(other, one)];
  const since = Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(since) ? since : undefined;
}

/**
 * Returns a presence as a viewer sees it. After a block in either direction, the other user appears
 * to have gone offline at its beginning.
 */
export function presenceSeenBy(presence: Presence, viewer: Presence): Presence {
  const since = blockedSince(presence, viewer);
  if (since === undefined) return presence;
  const { lastSeen } = presence;
  const isLater = lastSeen !== null && Date.parse(lastSeen) > since;
  return { ...presence, isOnline: false, lastSeen: isLater ? isoOf(since) : lastSeen };
}

/** A presence as it is stored. All times are in milliseconds since 1970, 0 for never. */
export interface StoredPresence {
  readonly userId: string;
  /** The connections, dead ones included, the oldest first; undefined if none was ever stored. */
  readonly entries: readonly Connection[] | undefined;
  readonly heartbeatAt: number;
  readonly lastSeen: number;
  /** Whether the user has said that they are offline, whatever is connected. */
  readonly isHidden: boolean;
  /**
   * The time of the user's place on the list of online users; undefined if they are not on it.
   * Their peers know the state that the list shows.
   */
  readonly listedUntil: number | undefined;
  /** As in a presence. Only blocks.ts writes it, and leaves the version unchanged. */
  readonly blockedUsers: ReadonlyMap<string, number>;
  /** The large rooms of the user (see connected-members.ts). */
  readonly largeRooms: ReadonlySet<string>;
  /** Each change raises it. */
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
    : // Safe: only connectionEntryOf writes it.
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
    [...(value instanceof Set ? value : [])].map((block) => {
      const text = String(block);
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
    // Safe: a set of room ids, which only connected-members.ts writes.
    largeRooms: item?.large_rooms instanceof Set ? (item.large_rooms as Set<string>) : new Set(),
    version: numberOr(item?.version, 0),
  };
}

/**
 * Returns until when a user is online without further activity: a time in the past if they are not
 * online.
 */
export function onlineUntil(
  stored: Pick<StoredPresence, "entries" | "heartbeatAt" | "isHidden">,
  now: number = Date.now(),
): number {
  if (stored.isHidden) return 0;
  const newest = openConnections(stored, now).at(-1);
  return Math.max(newest ? newest.connectedAt + entryLife : 0, stored.heartbeatAt + heartbeatLife);
}

function present(stored: StoredPresence): Presence {
  const now = Date.now();
  return {
    userId: stored.userId,
    connections: openConnections(stored, now),
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

export function absentPresence(userId: string): Presence {
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
  return item ? presenceFromItem(item) : absentPresence(userId);
}

/** Puts the presence of a new user, with the map for their first connection. */
export async function putPresence(userId: string): Promise<void> {
  await putIfAbsent({ ...keys.presence(userId), connections: {} });
}
