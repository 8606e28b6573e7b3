/**
 * Changes of rosters. Each is one conditional update of a chunk, which can be repeated. Then it
 * counts a chunk of a large room in the room's member counts. If interrupted: the count of that
 * chunk stays as it was. Repaired by: the next change of the chunk, or a repeat of the interrupted
 * call.
 *   a chunk                   ROOM#r / ROSTER#n
 *   the member counts         ROOM#r / COUNTS
 */
import type { RoomRole } from "../../../contract/objects/room.ts";
import { keys } from "../table/keys.ts";
import { getItem, type Item, putIfAbsent, updateItem } from "../table/table.ts";
import { addRosterChunk } from "./head-changes.ts";
import { rosterChunkSize } from "./large-rooms.ts";
import {
  entriesFromItem,
  entryToItem,
  getMemberCounts,
  memberCountEntry,
  newMemberCountsItem,
  type RosterEntry,
} from "./rosters.ts";

/** Members that one update adds: an expression has at most 4 KB. */
export const rosterBatch = 50;

/** Returns whether the chunk's room has several chunks, and so member counts. */
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

/**
 * Counts chunks of a large room again if their sizes, as just read, differ from the member counts.
 */
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

/** The content of a chunk after an attempt to add members to it. */
interface Entered {
  /** False if the chunk had no room for all of them. */
  readonly entered: boolean;
  readonly members: readonly RosterEntry[];
  /** Whether the room is large. The chunk says so before the head does. */
  readonly isLarge: boolean;
}

/** Adds up to `rosterBatch` members to a chunk: all of them, or none if there is no room. */
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
  // The SDK repeats a call if its answer was lost. Then they have entered, and there may be no room
  // to enter again.
  const byUser = new Map(members.map((member) => [member.userId, member]));
  const entered =
    outcome.done || entries.every((entry) => byUser.get(entry.userId)?.joinedAt === entry.joinedAt);
  if (entered) await countChunk(roomId, chunk, item);
  return { entered, members, isLarge: isCounted(item) };
}

/** The content of a chunk after a member left it. */
interface Left {
  readonly members: readonly RosterEntry[];
  /** Whether the room is large. */
  readonly isLarge: boolean;
}

/**
 * Removes a member from a chunk. Returns undefined if there is no such chunk. A member who has
 * joined again since stays: their entry has another time.
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
  // Also counts if the member had left already: the call that removed them may have ended before
  // counting.
  await countChunk(roomId, chunk, outcome.item);
  return { members: entriesFromItem(outcome.item), isLarge: isCounted(outcome.item) };
}

/** Records another role of a member. Returns false if they are not in the chunk. */
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
 * Adds a chunk to a roster of `chunks`. The chunk exists before the head counts it. From here on
 * the first chunk says that it is counted. If interrupted: a chunk exists that the head does not
 * count. Repaired by: the next call that adds a chunk uses it.
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
