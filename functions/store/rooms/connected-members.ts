/**
 * Who may be connected in large rooms, so that telling them something reads those presences alone, not every member's.
 *   of one member             ROOM#r / CONNECTED#u
 *   in a room                 ROOM#r / CONNECTED#...
 *   the large rooms of a user USER#u / PRESENCE, `large_rooms`
 * The presence is the truth: whoever has no connection there, or not this room, is told nothing, whatever the list says.
 * So an entry too many costs half a read unit; one too few would make somebody deaf. Each entry has the version of the
 * presence for which it was put, and only a later one moves it: of somebody who comes and goes, or joins and leaves, at
 * the same time, the last word counts, in whatever order these writes arrive.
 */
import { forEachConcurrent } from "../../kernel/runtime/for-each-concurrent.ts";
import { epochSeconds } from "../../kernel/runtime/time.ts";
import { entryLife, liveOf, type StoredPresence, storedFromItem } from "../presence/presence.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { deleteIf, queryAll, updateItem } from "../table/table.ts";

const atOnce = 25;

/** Puts somebody who is connected on the lists of rooms. By its end every connection that they have now is over. */
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

/** Takes somebody off the lists of rooms, unless they came back after this version of their presence. */
export function deleteConnected({
  userId,
  version,
  largeRooms,
}: Pick<StoredPresence, "userId" | "version" | "largeRooms">): Promise<void> {
  return forEachConcurrent([...largeRooms], atOnce, async (roomId) => {
    await deleteIf(keys.connected(roomId, userId), "version <= :version", { version });
  });
}

/** The ids of those who may be connected in a large room. */
export async function listConnected(roomId: string): Promise<string[]> {
  const { pk, prefix } = keys.connectedIn(roomId);
  const items = await queryAll({
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":pk": pk, ":prefix": prefix },
  });
  const now = epochSeconds();
  return items.filter((item) => Number(item.expires_at) > now).map((item) => idOfKey(String(item.sk)));
}

/** Notes that somebody is in a large room, and puts them on its list if they are connected. */
export async function addLargeRoom(roomId: string, userId: string): Promise<void> {
  const { item } = await updateItem(keys.presence(userId), {
    add: { large_rooms: new Set([roomId]), version: 1 },
    returns: "ALL_NEW",
  });
  const stored = storedFromItem(userId, item);
  if (liveOf(stored).length > 0) await putConnected({ ...stored, largeRooms: new Set([roomId]) });
}

/** Notes that somebody is not in a large room any more, and takes them off its list. */
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
