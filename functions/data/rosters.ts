/**
 * Rosters: who is in a room, in chunks of 200, so that delivery learns all members with one read.
 *   the members of a room     ROOM#r / ROSTER#n
 * Members are entries of a map, so that one joins or leaves without the others being read.
 */
import type { RoomRole } from "../../contract/objects/room.ts";
import { isoOf } from "../kernel/time.ts";
import { idOfKey, keys } from "./keys.ts";
import { getItem, getItems, type Item } from "./table.ts";

export const rosterChunkSize = 200;

export interface RosterEntry {
  readonly userId: string;
  readonly role: RoomRole;
  readonly joinedAt: string;
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** The longest-standing first; of those who came together, the admins, and then by id, so that the order is one. */
export const byStanding = (one: RosterEntry, other: RosterEntry): number =>
  compare(one.joinedAt, other.joinedAt) || compare(one.role, other.role) || compare(one.userId, other.userId);

const fromItems = (items: readonly Item[]): RosterEntry[] =>
  items
    .flatMap((item) =>
      // Safe: written by newRosterItems alone.
      Object.entries((item.members ?? {}) as Record<string, { role: RoomRole; joined: number }>),
    )
    .map(([userId, entry]) => ({ userId, role: entry.role, joinedAt: isoOf(entry.joined) }))
    .sort(byStanding);

/** The items of a new room's roster. */
export const newRosterItems = (roomId: string, members: readonly RosterEntry[]) => {
  const chunks = Array.from({ length: Math.ceil(members.length / rosterChunkSize) }, (_, chunk) =>
    members.slice(chunk * rosterChunkSize, (chunk + 1) * rosterChunkSize),
  );
  return chunks.map((chunk, at) => ({
    ...keys.roster(roomId, at),
    members: Object.fromEntries(
      chunk.map((entry) => [entry.userId, { role: entry.role, joined: Date.parse(entry.joinedAt) }]),
    ),
  }));
};

/** The first chunk: all members of a room of up to 200. */
export const getFirstRoster = async (roomId: string): Promise<RosterEntry[]> => {
  const item = await getItem(keys.roster(roomId, 0));
  return item ? fromItems([item]) : [];
};

/** The members in the chunks after the first. */
export const getFurtherRosters = async (roomId: string, chunks: number): Promise<RosterEntry[]> =>
  chunks <= 1
    ? []
    : fromItems(await getItems(Array.from({ length: chunks - 1 }, (_, at) => keys.roster(roomId, at + 1))));

/** All members, the longest-standing first. */
export const getRoster = async (roomId: string, chunks: number): Promise<RosterEntry[]> => {
  const [first, further] = await Promise.all([getFirstRoster(roomId), getFurtherRosters(roomId, chunks)]);
  return [...first, ...further].sort(byStanding);
};

/** The first chunks of several rooms, by room. */
export const getFirstRosters = async (roomIds: readonly string[]): Promise<Map<string, RosterEntry[]>> => {
  const items = await getItems(roomIds.map((roomId) => keys.roster(roomId, 0)));
  return new Map(items.map((item) => [idOfKey(String(item.pk)), fromItems([item])]));
};
