/**
 * Rosters: the members of a room in chunks of 200, so that a delivery learns all members with one
 * read.
 *   the members of a room     ROOM#r / ROSTER#n
 *   how many are in each      ROOM#r / COUNTS, if there is more than one chunk
 * Members are entries of a map. So one member joins or leaves without reading the others (see
 * roster-changes.ts).
 */
import type { RoomRole } from "../../../contract/objects/room.ts";
import { isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { getItem, getItems, type Item } from "../table/table.ts";
import { rosterChunkSize } from "./large-rooms.ts";

export interface RosterEntry {
  readonly userId: string;
  readonly role: RoomRole;
  readonly joinedAt: string;
}

type Read = "consistent" | "eventual";

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/**
 * Compares by joining time, the longest-standing member first. Members who came at the same time
 * are ordered by role, admins first, and then by id: so there is only one order.
 */
export function byJoinTime(one: RosterEntry, other: RosterEntry): number {
  return (
    compare(one.joinedAt, other.joinedAt) ||
    compare(one.role, other.role) ||
    compare(one.userId, other.userId)
  );
}

export function entryToItem(entry: RosterEntry) {
  return {
    role: entry.role,
    joined: Date.parse(entry.joinedAt),
  };
}

/** Returns the members of a stored chunk. */
export function entriesFromItem(item: Item): RosterEntry[] {
  // Safe: only entryToItem writes them.
  return Object.entries((item.members ?? {}) as Record<string, ReturnType<typeof entryToItem>>)
    .map(([userId, entry]) => ({ userId, role: entry.role, joinedAt: isoOf(entry.joined) }))
    .sort(byJoinTime);
}

function fromItems(items: readonly Item[]): RosterEntry[] {
  return items.flatMap(entriesFromItem).sort(byJoinTime);
}

/**
 * Returns an entry of the member counts: the version of a chunk and its size as one number, which
 * grows with the version. So an older count never replaces a newer one, in whatever order they
 * come.
 */
export function memberCountEntry(version: number, members: number): number {
  return version * 1024 + members;
}

export function newMemberCountsItem(roomId: string, entries: Readonly<Record<string, number>>) {
  return {
    ...keys.memberCounts(roomId),
    chunks: entries,
  };
}

/** Returns the roster items of a new room, and its member counts if it is large. */
export function newRosterItems(roomId: string, members: readonly RosterEntry[]) {
  const chunks = Array.from({ length: Math.ceil(members.length / rosterChunkSize) }, (_, chunk) =>
    members.slice(chunk * rosterChunkSize, (chunk + 1) * rosterChunkSize),
  );
  const many = chunks.length > 1;
  const rosters = chunks.map((chunk, at) => ({
    ...keys.roster(roomId, at),
    members: Object.fromEntries(chunk.map((entry) => [entry.userId, entryToItem(entry)])),
    ...(many && { counted: true }),
  }));
  const counts = Object.fromEntries(
    chunks.map((chunk, at) => [String(at), memberCountEntry(0, chunk.length)]),
  );
  return { rosters, memberCounts: many ? [newMemberCountsItem(roomId, counts)] : [] };
}

/** Returns the first chunk: all members of a room of up to 200. */
export async function getFirstRoster(roomId: string, read: Read = "eventual"): Promise<RosterEntry[]> {
  const item = await getItem(keys.roster(roomId, 0), read);
  return item ? entriesFromItem(item) : [];
}

/** Returns the members in the chunks after the first. */
export async function getFurtherRosters(
  roomId: string,
  chunks: number,
  read: Read = "eventual",
): Promise<RosterEntry[]> {
  return chunks <= 1
    ? []
    : fromItems(
        await getItems(
          Array.from({ length: chunks - 1 }, (_, at) => keys.roster(roomId, at + 1)),
          read,
        ),
      );
}

/** Returns all members, the longest-standing first. */
export async function getRoster(
  roomId: string,
  chunks: number,
  read: Read = "eventual",
): Promise<RosterEntry[]> {
  const [first, further] = await Promise.all([
    getFirstRoster(roomId, read),
    getFurtherRosters(roomId, chunks, read),
  ]);
  return [...first, ...further].sort(byJoinTime);
}

/** Returns some chunks of a roster: the members of each, by its number. */
export async function getRosterChunks(
  roomId: string,
  chunks: readonly number[],
  read: Read = "eventual",
): Promise<Map<number, RosterEntry[]>> {
  const items = await getItems(
    chunks.map((chunk) => keys.roster(roomId, chunk)),
    read,
  );
  return new Map(items.map((item) => [Number(idOfKey(String(item.sk))), entriesFromItem(item)]));
}

/** Returns the first chunks of several rooms, by room. */
export async function getFirstRosters(roomIds: readonly string[]): Promise<Map<string, RosterEntry[]>> {
  const items = await getItems(roomIds.map((roomId) => keys.roster(roomId, 0)));
  return new Map(items.map((item) => [idOfKey(String(item.pk)), entriesFromItem(item)]));
}

/** Returns how many members are in each chunk, by room, for rooms with several chunks. */
export async function getMemberCounts(
  roomIds: readonly string[],
  read: Read = "eventual",
): Promise<Map<string, number[]>> {
  const items = await getItems(roomIds.map(keys.memberCounts), read);
  return new Map(
    items.map((item) => {
      const counts: number[] = [];
      // Safe: only newMemberCountsItem and countChunk write them.
      for (const [chunk, entry] of Object.entries(item.chunks as Record<string, number>))
        counts[Number(chunk)] = entry % 1024;
      return [idOfKey(String(item.pk)), Array.from(counts, (count) => count ?? 0)];
    }),
  );
}
