/**
 * Changes presences: each change is a read, a decision and one conditional write. So the
 * connections, the state of their user and the user's place on the list of online users agree,
 * wherever a call is interrupted.
 *   the online users          gsi1: ONLINE#shard / until when
 * The index holds a time until which the user is online at least, unless they go offline before. A
 * heartbeat does not move it every time, since that would write the index twice. Readers check
 * users who are on the list beyond their time (see online.ts).
 */
import { randomBytes } from "node:crypto";
import { isoOf } from "../../kernel/runtime/time.ts";
import { indexKeys, keys } from "../table/keys.ts";
import { getItem, updateItem } from "../table/table.ts";
import type { Condition, Update } from "../table/update-expression.ts";
import { openConnections } from "./connection-life.ts";
import {
  type Connection,
  connectionEntryOf,
  onlineUntil,
  type StoredPresence,
  storedFromItem,
} from "./presence.ts";

interface PresenceChange {
  readonly add?: Connection;
  /** The number of connections that there may be, with the added one. */
  readonly atMost?: number;
  /** Ids of connections that have ended. Every change removes dead entries too. */
  readonly drop?: readonly string[];
  readonly heartbeatAt?: number;
  readonly isHidden?: boolean;
  /** Whether the user was active: changes `last_seen`. */
  readonly isSeen: boolean;
  /** Milliseconds that the place on the list must be ahead to stay as it is. */
  readonly listedAhead?: number;
  /**
   * `keep`: a user who goes offline stays on the list, at a time in the past. Then the next reader
   * of the list finds this out and publishes it. For changes that a delivery to peers makes: one
   * delivery must not cause the next.
   */
  readonly whenOffline?: "remove" | "keep";
}

/** The result of a change. */
export interface Changed {
  readonly before: StoredPresence;
  readonly after: StoredPresence;
  /** Whether peers must receive an event. */
  readonly becameOnline: boolean;
  readonly becameOffline: boolean;
}

/** More than the connections of a user, each of which may change at the same time. */
const attempts = 30;

function applied(before: StoredPresence, change: PresenceChange, now: number): StoredPresence {
  const entries = openConnections(before, now)
    .filter((entry) => entry.id !== change.add?.id && !change.drop?.includes(entry.id))
    .concat(change.add ?? []);
  const after = {
    ...before,
    entries: before.entries || change.add ? entries : undefined,
    heartbeatAt: change.heartbeatAt ?? before.heartbeatAt,
    isHidden: change.isHidden ?? before.isHidden,
    lastSeen: change.isSeen ? now : before.lastSeen,
    version: before.version + 1,
  };
  const until = onlineUntil(after, now);
  const { listedUntil } = before;
  const stays =
    listedUntil !== undefined && listedUntil > now + (change.listedAhead ?? 0) && listedUntil <= until;
  if (until > now) return { ...after, listedUntil: stays ? listedUntil : until };
  const isKept = change.whenOffline === "keep" && listedUntil !== undefined;
  return { ...after, listedUntil: isKept ? Math.min(listedUntil, now) : undefined };
}

/**
 * Returns what must still hold when a change is written. A change that depends on nothing else
 * checks only the place on the list. If connections go, it also checks that one stays; if one
 * comes, that there is room for it. So the devices of a user do not block each other.
 */
function conditionOf(before: StoredPresence, after: StoredPresence, change: PresenceChange): Condition {
  const map = before.entries ? "attribute_exists(connections)" : "attribute_not_exists(connections)";
  const staying = after.entries?.at(-1);
  const isListed = before.listedUntil !== undefined && after.listedUntil === before.listedUntil;
  const makesRoom = change.drop !== undefined && change.drop.length > 0;
  if (isListed && before.entries && change.add && change.atMost !== undefined && !makesRoom)
    return {
      condition: [map, "gsi1sk = :seen", "size(connections) < :most"],
      values: { seen: isoOf(before.listedUntil), most: change.atMost },
    };
  if (isListed && change.heartbeatAt !== undefined)
    return { condition: [map, "gsi1sk = :seen"], values: { seen: isoOf(before.listedUntil) } };
  if (isListed && change.drop && !change.add && staying)
    return {
      condition: [map, "gsi1sk = :seen", "attribute_exists(connections.#stay)"],
      values: { seen: isoOf(before.listedUntil) },
      names: { stay: staying.id },
    };
  return before.version === 0
    ? { condition: [map, "attribute_not_exists(version)"] }
    : { condition: [map, "version = :version"], values: { version: before.version } };
}

/**
 * Returns the update that adds a connection. DynamoDB sets a nested path only if its map exists:
 * the creation of the profile creates the map, else the first connection does.
 */
function addedEntry({ entries }: StoredPresence, added: Connection | undefined): Update {
  if (!added) return {};
  const entry = connectionEntryOf(added);
  return entries
    ? { set: { "connections.#added": entry }, names: { added: added.id } }
    : { set: { connections: { [added.id]: entry } } };
}

/** Returns the new value of an attribute; undefined if it stays. */
function ifChanged<T>(before: unknown, after: unknown, value: T): T | undefined {
  return after === before ? undefined : value;
}

function updateOf(
  before: StoredPresence,
  after: StoredPresence,
  change: PresenceChange,
  stamp: string,
): Update {
  const { condition, names, values } = conditionOf(before, after, change);
  const added = addedEntry(before, change.add);
  const remaining = new Set(after.entries?.map((entry) => entry.id));
  const dropped = (before.entries ?? [])
    .filter((entry) => !remaining.has(entry.id))
    .map((entry, at) => [`dropped${at}`, entry.id] as const);
  const listing =
    after.listedUntil === undefined
      ? { gsi1pk: null, gsi1sk: null }
      : indexKeys.online(after.userId, isoOf(after.listedUntil));
  return {
    set: {
      ...added.set,
      stamp,
      last_seen: ifChanged(before.lastSeen, after.lastSeen, after.lastSeen),
      heartbeat_at: ifChanged(before.heartbeatAt, after.heartbeatAt, after.heartbeatAt || null),
      is_hidden: ifChanged(before.isHidden, after.isHidden, after.isHidden || null),
      ...ifChanged(before.listedUntil, after.listedUntil, listing),
    },
    compute: { version: "if_not_exists(version, :none) + :one" },
    remove: dropped.map(([name]) => `connections.#${name}`),
    condition,
    names: { ...names, ...added.names, ...Object.fromEntries(dropped) },
    values: { none: 0, one: 1, ...values },
  };
}

/**
 * Changes a presence as `decide` says of the stored one. Returns undefined if `decide` returns
 * undefined. It asks `decide` again if another call has changed the presence in between.
 */
export async function changePresence(
  userId: string,
  read: "consistent" | "eventual",
  decide: (stored: StoredPresence) => PresenceChange | undefined,
): Promise<Changed | undefined> {
  const key = keys.presence(userId);
  let stored = storedFromItem(userId, await getItem(key, read));
  // A call recognizes its own write by this: the SDK repeats a call if its answer was lost, and
  // other calls write the same.
  const stamp = randomBytes(6).toString("base64url");
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const change = decide(stored);
    if (!change) return undefined;
    const now = Date.now();
    const wanted = applied(stored, change, now);
    const outcome = await updateItem(key, {
      ...updateOf(stored, wanted, change, stamp),
      returns: "ALL_OLD",
    });
    const found = storedFromItem(userId, outcome.item);
    const isOwnWrite = !outcome.done && outcome.item?.stamp === stamp;
    if (!outcome.done && !isOwnWrite) {
      stored = found;
      continue;
    }
    const current = isOwnWrite ? stored : found;
    const after = applied(current, change, now);
    const isOnline = onlineUntil(after, now) > now;
    const wasListed = current.listedUntil !== undefined;
    return {
      before: current,
      after,
      becameOnline: isOnline && !(wasListed && onlineUntil(current, now) > now),
      becameOffline: !isOnline && wasListed && after.listedUntil === undefined,
    };
  }
  throw new Error(`The presence of ${userId} changed ${attempts} times before it could be written.`);
}
