import { getHead } from "../store/rooms/heads.ts";
import { getMembers, updateMemberRole } from "../store/rooms/members.ts";
import { leaveRoster } from "../store/rooms/roster-changes.ts";
import { byJoinTime, getRosterChunks, type RosterEntry } from "../store/rooms/rosters.ts";
import { reconcileRole } from "./reconcile.ts";

/** A roster entry with the number of its chunk. */
interface PlacedEntry extends RosterEntry {
  readonly chunk: number;
}

/** Returns all current members of a room with their chunks, the longest-standing first. */
export async function getPlacedRoster(roomId: string, chunks: number): Promise<PlacedEntry[]> {
  const numbers = Array.from({ length: chunks }, (_, chunk) => chunk);
  const rosters = await getRosterChunks(roomId, numbers, "consistent");
  return [...rosters]
    .flatMap(([chunk, entries]) => entries.map((entry) => ({ ...entry, chunk })))
    .sort(byJoinTime);
}

/**
 * Makes the longest-standing candidate an admin, and returns them. Removes an entry whose
 * membership has ended, and tries the next one.
 */
async function promote(roomId: string, candidates: readonly PlacedEntry[]): Promise<RosterEntry | undefined> {
  for (const candidate of candidates) {
    const { userId, chunk, joinedAt } = candidate;
    if (await updateMemberRole(roomId, userId, "admin")) {
      await reconcileRole(roomId, chunk, userId, "admin");
      return { userId, joinedAt, role: "admin" };
    }
    await leaveRoster(roomId, chunk, candidate);
  }
  return undefined;
}

/**
 * Returns whether a member whom the roster calls an admin is one by their membership. Entries that
 * interrupted changes left wrong are corrected until an admin is found.
 */
async function hasAdmin(roomId: string, entries: readonly PlacedEntry[]): Promise<boolean> {
  for (const entry of entries) {
    if (entry.role !== "admin") continue;
    const member = (await getMembers(roomId, [entry.userId])).get(entry.userId);
    if (member?.membership.role === "admin") return true;
    if (member) await reconcileRole(roomId, entry.chunk, entry.userId, member.membership.role);
    else await leaveRoster(roomId, entry.chunk, entry);
  }
  return false;
}

/**
 * Makes the longest-standing member an admin if the room has none, and returns them; otherwise
 * undefined. Ignores `exceptUserId`, who is about to leave. Concurrent calls promote the same
 * member.
 */
export async function ensureAdmin(roomId: string, exceptUserId?: string): Promise<RosterEntry | undefined> {
  const head = await getHead(roomId, "consistent");
  if (!head || head.pair || head.status === "deleted") return undefined;
  const staying = (await getPlacedRoster(roomId, head.rosterChunks)).filter(
    (entry) => entry.userId !== exceptUserId,
  );
  return (await hasAdmin(roomId, staying)) ? undefined : promote(roomId, staying);
}
