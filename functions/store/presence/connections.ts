/**
 * Connections: which of a user's are open, as far as the gateway tells. They are entries of the user's
 * presence (presence.ts), so that delivery learns of all of a room's with one read a member.
 */

import { deleteConnected } from "../rooms/connected-members.ts";
import { keys } from "../table/keys.ts";
import { updateItem } from "../table/table.ts";
import { changePresence } from "./change-presence.ts";
import { type Connection, liveOf, type StoredPresence } from "./presence.ts";

/** Live connections that a user may have; the oldest makes room for one more. */
const maxConnections = 20;

interface Added {
  /** Those that made room: to be closed, if they are not dead already. */
  readonly over: readonly Connection[];
  readonly becameOnline: boolean;
  /** Whether it is the only one that the user has for its room. */
  readonly isFirstOfRoom: boolean;
  /** The presence with the connection in it. */
  readonly after: StoredPresence;
}

export async function addConnection(connection: Connection): Promise<Added> {
  const changed = await changePresence(connection.userId, "eventual", (stored) => {
    const others = liveOf(stored).filter((entry) => entry.id !== connection.id);
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
    over: earlier.filter((entry) => !kept.has(entry.id)),
    becameOnline,
    isFirstOfRoom: !earlier.some((entry) => kept.has(entry.id) && entry.roomId === connection.roomId),
  };
}

interface Removed {
  /** The time that is now their last sign of life, where peers are to be told that the user is offline. */
  readonly offlineSince: number | undefined;
  /** Rooms for which the user had a connection of their own among those removed, and has none any more. */
  readonly leftRooms: readonly string[];
}

/**
 * Removes connections that are over; with the last one, its user leaves the lists of large rooms. Ids that are unknown
 * change nothing. `whenOffline`: see PresenceChange.
 */
export async function removeConnections(
  userId: string,
  ids: readonly string[],
  whenOffline: "remove" | "keep",
): Promise<Removed> {
  const changed = await changePresence(userId, "consistent", (stored) =>
    stored.entries?.some((entry) => ids.includes(entry.id))
      ? // Who has said that they are offline was last seen then.
        { drop: ids, isSeen: !stored.isHidden, whenOffline }
      : undefined,
  );
  if (!changed) return { offlineSince: undefined, leftRooms: [] };
  const { before, after, becameOffline } = changed;
  if (liveOf(after).length === 0) await deleteConnected(after);
  const left = new Set(after.entries?.map((entry) => entry.roomId));
  const gone = before.entries?.filter((entry) => ids.includes(entry.id)) ?? [];
  return {
    offlineSince: becameOffline ? after.lastSeen : undefined,
    leftRooms: [...new Set(gone.flatMap(({ roomId }) => (roomId === undefined ? [] : [roomId])))].filter(
      (roomId) => !left.has(roomId),
    ),
  };
}

/** Lets a connection live as long as a newer token; false if there is no such connection. */
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
