/**
 * Every change of a presence: read, decide, and one conditional write, so that whatever ends in between
 * leaves the connections, the state of its user and their place on the list of who is online in agreement.
 *   who is online             gsi1: ONLINE#shard / until when
 * The index holds a time until which its user is online at least, unless they leave it before. It is not
 * moved with every sign of life, since that would write the index twice: who is on the list beyond their time
 * is looked at (see online.ts).
 */
import { randomBytes } from "node:crypto";
import { isoOf } from "../../kernel/runtime/time.ts";
import { indexKeys, keys } from "../table/keys.ts";
import { getItem, updateItem } from "../table/table.ts";
import type { Condition, Update } from "../table/update-expression.ts";
import {
  type Connection,
  connectionEntryOf,
  liveOf,
  onlineUntil,
  type StoredPresence,
  storedFromItem,
} from "./presence.ts";

interface PresenceChange {
  readonly add?: Connection;
  /** How many connections there may be with the one that is added. */
  readonly atMost?: number;
  /** Ids of connections that are over. Dead entries go with every change. */
  readonly drop?: readonly string[];
  readonly heartbeatAt?: number;
  readonly isHidden?: boolean;
  /** Whether this is a sign of life: a change of `last_seen`. */
  readonly isSeen: boolean;
  /** How far ahead the place on the list must be for it to stay as it is, in milliseconds. */
  readonly listedAhead?: number;
  /**
   * `keep`: somebody who goes offline stays on the list, at a time that is over, so that whoever reads the
   * list finds it out and tells the peers. For changes that come of telling peers something: one must not set
   * off the next.
   */
  readonly whenOffline?: "remove" | "keep";
}

/** What a change did. */
export interface Changed {
  readonly before: StoredPresence;
  readonly after: StoredPresence;
  /** Whether peers are to be told. */
  readonly becameOnline: boolean;
  readonly becameOffline: boolean;
}

/** More than the connections of a user, each of which may be changed at the same time. */
const attempts = 30;

function applied(before: StoredPresence, change: PresenceChange, now: number): StoredPresence {
  const entries = liveOf(before, now)
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
 * What must still hold when a change is written. Where nothing hangs on the rest, that is the place on the
 * list and, if connections go, that one stays, or, if one comes, that there is room for it: then a user's devices do not
 * get in each other's way.
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

/** A nested path can be set only where its map exists. It is made with the profile, else by the first connection. */
function addedEntry({ entries }: StoredPresence, added: Connection | undefined): Update {
  if (!added) return {};
  const entry = connectionEntryOf(added);
  return entries
    ? { set: { "connections.#added": entry }, names: { added: added.id } }
    : { set: { connections: { [added.id]: entry } } };
}

/** A new value of an attribute: undefined where it stays. */
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
  const left = new Set(after.entries?.map((entry) => entry.id));
  const dropped = (before.entries ?? [])
    .filter((entry) => !left.has(entry.id))
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
 * Changes a presence as `decide` says of what is stored; undefined if it says that there is nothing to do.
 * `decide` is asked again when something else has changed the presence in between.
 */
export async function changePresence(
  userId: string,
  read: "consistent" | "eventual",
  decide: (stored: StoredPresence) => PresenceChange | undefined,
): Promise<Changed | undefined> {
  const key = keys.presence(userId);
  let stored = storedFromItem(userId, await getItem(key, read));
  // By which a call knows its own write: the SDK repeats one whose answer was lost, and others write the same.
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
    const isOwnWork = !outcome.done && outcome.item?.stamp === stamp;
    if (!outcome.done && !isOwnWork) {
      stored = found;
      continue;
    }
    const current = isOwnWork ? stored : found;
    const after = applied(current, change, now);
    const isOnline = onlineUntil(after, now) > now;
    const wasTold = current.listedUntil !== undefined;
    return {
      before: current,
      after,
      becameOnline: isOnline && !(wasTold && onlineUntil(current, now) > now),
      becameOffline: !isOnline && wasTold && after.listedUntil === undefined,
    };
  }
  throw new Error(`The presence of ${userId} changed ${attempts} times while it was to be changed.`);
}
