/**
 * Lists of the members who may be connected, in large rooms. A delivery reads the presences of
 * these members instead of every member's.
 *   of one member             ROOM#r / CONNECTED#u
 *   in a room                 ROOM#r / CONNECTED#...
 *   the large rooms of a user USER#u / PRESENCE, `large_rooms`
 * The presence decides: a user without a connection there, or without this room, receives nothing,
 * whatever the list says. An entry too many costs half a read unit. An entry too few would cut a
 * member off from events. Each entry has the version of the presence for which it was put, and only
 * a later version replaces it. A member may come and go, or join and leave, at the same time. Then
 * the last change counts, in whatever order the writes arrive.
 */
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { epochSeconds } from "../../kernel/runtime/time.ts";
import { entryLife, openConnections } from "../presence/connection-life.ts";
import { type StoredPresence, storedFromItem } from "../presence/presence.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { deleteIf, queryAll, updateItem } from "../table/table.ts";

const atOnce = 25;

/**
 * Adds a connected user to the lists of rooms. When the entry expires, all of the user's present
 * connections have ended.
 */
export function putConnected({
  userId,
  version,
  largeRooms,
}: Pick<StoredPresence, "userId" | "version" | "largeRooms">): Promise<void> {
  return forEachConcurrent([...largeRooms], atOnce, async (roomId) => {
    await updateItem(keys.connected(roomId, userId), {
      set: { version, expires_at: epochSeconds(Date.now() + entryLife) },
      condition: "attribute_not_exists(version) OR version < :version",
    });
  });
}

/**
 * Removes a user from the lists of rooms, unless they came back after this version of their
 * presence.
 */
export function deleteConnected({
  userId,
  version,
  largeRooms,
}: Pick<StoredPresence, "userId" | "version" | "largeRooms">): Promise<void> {
  return forEachConcurrent([...largeRooms], atOnce, async (roomId) => {
    await deleteIf(keys.connected(roomId, userId), "version <= :version", { version });
  });
}

/** Returns the ids of the members who may be connected in a large room. */
export async function listConnected(roomId: string): Promise<string[]> {
  const { pk, prefix } = keys.connectedIn(roomId);
  const items = await queryAll({
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":pk": pk, ":prefix": prefix },
  });
  const now = epochSeconds();
  return items.filter((item) => Number(item.expires_at) > now).map((item) => idOfKey(String(item.sk)));
}

/** Records that a user is in a large room, and adds them to its list if they are connected. */
export async function addLargeRoom(roomId: string, userId: string): Promise<void> {
  const { item } = await updateItem(keys.presence(userId), {
    add: { large_rooms: new Set([roomId]), version: 1 },
    returns: "ALL_NEW",
  });
  const stored = storedFromItem(userId, item);
  if (openConnections(stored).length > 0) await putConnected({ ...stored, largeRooms: new Set([roomId]) });
}

/** Records that a user is no longer in a large room, and removes them from its list. */
export async function dropLargeRoom(roomId: string, userId: string): Promise<void> {
  const { item } = await updateItem(keys.presence(userId), {
    delete: { large_rooms: new Set([roomId]) },
    add: { version: 1 },
    condition: "contains(large_rooms, :id)",
    values: { id: roomId },
    returns: "ALL_NEW",
  });
  await deleteConnected({ ...storedFromItem(userId, item), largeRooms: new Set([roomId]) });
}
