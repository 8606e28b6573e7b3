/**
 * Changes of rosters. Each is one conditional update of a chunk, which can be repeated; a chunk of a large room is then
 * counted in the room's census. A crash in between leaves the count of that chunk as it was until its next change, or a
 * repeat of what was cut off.
 *   a chunk                   ROOM#r / ROSTER#n
 *   the census                ROOM#r / COUNTS
 */
import type { RoomRole } from "../../../contract/objects/room.ts";
import { keys } from "../table/keys.ts";
import { getItem, type Item, putIfAbsent, updateItem } from "../table/table.ts";
import { addRosterChunk } from "./head-changes.ts";
import {
  entriesFromItem,
  entryToItem,
  getMemberCounts,
  memberCountEntry,
  newMemberCountsItem,
  type RosterEntry,
  rosterChunkSize,
} from "./rosters.ts";

/** How many members one update adds: an expression has at most 4 KB. */
export const rosterBatch = 50;

/** Whether the chunk's room has more than one, and so a census. */
function isCounted(item: Item): boolean {
  return item.counted === true;
}

function versionOf(item: Item): number {
  return typeof item.version === "number" ? item.version : 0;
}

function sizeOf(item: Item): number {
  return Object.keys(item.members ?? {}).length;
}

async function countChunk(roomId: string, chunk: number, item: Item): Promise<void> {
  if (!isCounted(item)) return;
  await updateItem(keys.memberCounts(roomId), {
    set: { "chunks.#chunk": memberCountEntry(versionOf(item), sizeOf(item)) },
    condition: [
      "attribute_exists(chunks)",
      "(attribute_not_exists(chunks.#chunk) OR chunks.#chunk < :chunks_chunk)",
    ],
    names: { chunk: String(chunk) },
  });
}

/** Counts those chunks again whose number of members, as just read, is not what the census of a large room says. */
export async function recountChunks(
  roomId: string,
  sizes: Iterable<readonly [chunk: number, members: number]>,
): Promise<void> {
  const counts = (await getMemberCounts([roomId], "consistent")).get(roomId);
  if (!counts) return;
  for (const [chunk, members] of sizes) {
    if (counts[chunk] === members) continue;
    const item = await getItem(keys.roster(roomId, chunk), "consistent");
    if (item) await countChunk(roomId, chunk, item);
  }
}

/** What a chunk holds after an attempt to add members to it. */
interface Entered {
  /** False where it had no room for all of them. */
  readonly entered: boolean;
  readonly members: readonly RosterEntry[];
  /** Whether the room is large. The chunk says so before the head does. */
  readonly isLarge: boolean;
}

/** Adds members to a chunk, up to `rosterBatch` of them: all, or none if there is no room. */
export async function enterRoster(
  roomId: string,
  chunk: number,
  entries: readonly RosterEntry[],
): Promise<Entered> {
  const outcome = await updateItem(keys.roster(roomId, chunk), {
    set: Object.fromEntries(entries.map((entry, at) => [`members.#u${at}`, entryToItem(entry)])),
    add: { version: 1 },
    condition: ["attribute_exists(members)", "size(members) <= :before"],
    names: Object.fromEntries(entries.map((entry, at) => [`u${at}`, entry.userId])),
    values: { before: rosterChunkSize - entries.length },
    returns: "ALL_NEW",
  });
  const item = outcome.item ?? {};
  const members = entriesFromItem(item);
  // The SDK repeats a call whose answer was lost: then they have entered, and there may be no room to do so again.
  const there = new Map(members.map((member) => [member.userId, member]));
  const entered =
    outcome.done || entries.every((entry) => there.get(entry.userId)?.joinedAt === entry.joinedAt);
  if (entered) await countChunk(roomId, chunk, item);
  return { entered, members, isLarge: isCounted(item) };
}

/** What a chunk holds after a member was taken off it. */
interface Left {
  readonly members: readonly RosterEntry[];
  /** Whether the room is large. */
  readonly isLarge: boolean;
}

/**
 * Takes a member off a chunk; undefined where there is no such chunk. Somebody who has joined again since stays: their
 * entry has another time.
 */
export async function leaveRoster(
  roomId: string,
  chunk: number,
  { userId, joinedAt }: Pick<RosterEntry, "userId" | "joinedAt">,
): Promise<Left | undefined> {
  const outcome = await updateItem(keys.roster(roomId, chunk), {
    remove: ["members.#user"],
    add: { version: 1 },
    condition: "members.#user.joined = :joined",
    names: { user: userId },
    values: { joined: Date.parse(joinedAt) },
    returns: "ALL_NEW",
  });
  if (!outcome.item) return undefined;
  // Also where the member was gone already: whoever took them off may have ended before counting.
  await countChunk(roomId, chunk, outcome.item);
  return { members: entriesFromItem(outcome.item), isLarge: isCounted(outcome.item) };
}

/** Notes another role of a member; false if they are not in the chunk. */
export async function updateRosterRole(
  roomId: string,
  chunk: number,
  userId: string,
  role: RoomRole,
): Promise<boolean> {
  const { done } = await updateItem(keys.roster(roomId, chunk), {
    set: { "members.#user.role": role },
    condition: "attribute_exists(members.#user)",
    names: { user: userId },
  });
  return done;
}

/**
 * Adds a chunk to a roster of `chunks`. The chunk is there before the head counts it, and what a crash leaves is found
 * and used by whoever adds it next. The first chunk learns from here on that it is counted.
 */
export async function growRoster(roomId: string, chunks: number): Promise<void> {
  if (chunks === 1) {
    const first = await updateItem(keys.roster(roomId, 0), {
      set: { counted: true },
      add: { version: 1 },
      condition: "attribute_exists(members)",
      returns: "ALL_NEW",
    });
    await putIfAbsent(newMemberCountsItem(roomId, {}));
    if (first.done) await countChunk(roomId, 0, first.item);
  }
  await putIfAbsent({ ...keys.roster(roomId, chunks), members: {}, counted: true });
  await addRosterChunk(roomId, chunks);
}
