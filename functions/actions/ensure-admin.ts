import { getHead } from "../data/heads.ts";
import { updateMemberRole } from "../data/members.ts";
import { leaveRoster, updateRosterRole } from "../data/roster-changes.ts";
import { byStanding, getRosterChunks, type RosterEntry } from "../data/rosters.ts";

/** A roster entry with the number of its chunk. */
export interface PlacedEntry extends RosterEntry {
  readonly chunk: number;
}

/** All members of a room, as they are now, the longest-standing first. */
export const getPlacedRoster = async (roomId: string, chunks: number): Promise<PlacedEntry[]> => {
  const numbers = Array.from({ length: chunks }, (_, chunk) => chunk);
  const rosters = await getRosterChunks(roomId, numbers, "consistent");
  return [...rosters]
    .flatMap(([chunk, entries]) => entries.map((entry) => ({ ...entry, chunk })))
    .sort(byStanding);
};

/** Makes the longest-standing of these an admin; an entry whose membership has ended is taken off, and the next tried. */
const promote = async (
  roomId: string,
  candidates: readonly PlacedEntry[],
): Promise<RosterEntry | undefined> => {
  for (const candidate of candidates) {
    const { userId, chunk, joinedAt } = candidate;
    if (await updateMemberRole(roomId, userId, "admin")) {
      await updateRosterRole(roomId, chunk, userId, "admin");
      return { userId, joinedAt, role: "admin" };
    }
    await leaveRoster(roomId, chunk, candidate);
  }
  return undefined;
};

/**
 * Makes the longest-standing member an admin if a room has none, but for somebody who is about to leave, and gives whom
 * it has made one. Two calls at once promote the same one.
 */
export const ensureAdmin = async (
  roomId: string,
  exceptUserId?: string,
): Promise<RosterEntry | undefined> => {
  const head = await getHead(roomId, "consistent");
  if (!head || head.pair || head.status === "deleted") return undefined;
  const staying = (await getPlacedRoster(roomId, head.rosterChunks)).filter(
    (entry) => entry.userId !== exceptUserId,
  );
  return staying.some((entry) => entry.role === "admin") ? undefined : promote(roomId, staying);
};
