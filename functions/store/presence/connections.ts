/**
 * Connections: the open connections of a user, as far as the gateway reports. They are entries of
 * the user's presence (presence.ts). So a delivery learns all connections of a room with one read a
 * member.
 */

import { deleteConnected } from "../rooms/connected-members.ts";
import { keys } from "../table/keys.ts";
import { updateItem } from "../table/table.ts";
import { changePresence } from "./change-presence.ts";
import { openConnections } from "./connection-life.ts";
import type { Connection, StoredPresence } from "./presence.ts";

/** Connections that a user may have at the same time. Another one takes the place of the oldest. */
const maxConnections = 20;

interface Added {
  /** Connections that lost their place: the caller closes them, if they are not dead already. */
  readonly displaced: readonly Connection[];
  readonly becameOnline: boolean;
  /** Whether the user has no other connection for its room. */
  readonly isFirstOfRoom: boolean;
  /** The presence with the added connection. */
  readonly after: StoredPresence;
}

export async function addConnection(connection: Connection): Promise<Added> {
  const changed = await changePresence(connection.userId, "eventual", (stored) => {
    const others = openConnections(stored).filter((entry) => entry.id !== connection.id);
    return {
      add: connection,
      atMost: maxConnections,
      drop: others.slice(0, Math.max(0, others.length - maxConnections + 1)).map((entry) => entry.id),
      isHidden: false,
      isSeen: true,
    };
  });
  if (!changed) throw new Error("A connection is always a change.");
  const { before, after, becameOnline } = changed;
  const kept = new Set(after.entries?.map((entry) => entry.id));
  const earlier = before.entries?.filter((entry) => entry.id !== connection.id) ?? [];
  return {
    after,
    displaced: earlier.filter((entry) => !kept.has(entry.id)),
    becameOnline,
    isFirstOfRoom: !earlier.some((entry) => kept.has(entry.id) && entry.roomId === connection.roomId),
  };
}

interface Removed {
  /** The time of their last activity, if peers must learn that the user is offline. */
  readonly offlineSince: number | undefined;
  /** Rooms that a removed connection was limited to, if no connection for that room is left. */
  readonly leftRooms: readonly string[];
}

/**
 * Removes connections that have ended. With the last one, the user leaves the lists of large rooms.
 * Unknown ids change nothing. `whenOffline`: see PresenceChange.
 */
export async function removeConnections(
  userId: string,
  ids: readonly string[],
  whenOffline: "remove" | "keep",
): Promise<Removed> {
  const changed = await changePresence(userId, "consistent", (stored) =>
    stored.entries?.some((entry) => ids.includes(entry.id))
      ? // A user who has said that they are offline was last seen then.
        { drop: ids, isSeen: !stored.isHidden, whenOffline }
      : undefined,
  );
  if (!changed) return { offlineSince: undefined, leftRooms: [] };
  const { before, after, becameOffline } = changed;
  if (openConnections(after).length === 0) await deleteConnected(after);
  const remaining = new Set(after.entries?.map((entry) => entry.roomId));
  const removed = before.entries?.filter((entry) => ids.includes(entry.id)) ?? [];
  return {
    offlineSince: becameOffline ? after.lastSeen : undefined,
    leftRooms: [...new Set(removed.flatMap(({ roomId }) => (roomId === undefined ? [] : [roomId])))].filter(
      (roomId) => !remaining.has(roomId),
    ),
  };
}

/**
 * Extends a connection to the life of a newer token. Returns false if there is no such connection.
 */
export async function extendConnection(
  userId: string,
  connectionId: string,
  tokenExpiresAt: number,
): Promise<boolean> {
  const { done } = await updateItem(keys.presence(userId), {
    set: { "connections.#id.token": tokenExpiresAt },
    condition: "attribute_exists(connections.#id)",
    names: { id: connectionId },
  });
  return done;
}
