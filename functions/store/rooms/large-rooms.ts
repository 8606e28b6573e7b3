/**
 * Large rooms: rooms whose roster has several chunks. A large room stays large. rosters.ts counts
 * its members by chunk. connected-members.ts lists the members who may be connected, so that a
 * delivery does not read the whole roster. Other rules of large rooms stand where they apply, and
 * ask `isLarge`.
 */
import type { Head } from "./heads.ts";

/** The number of members in a full roster chunk. */
export const rosterChunkSize = 200;

/** Returns whether a room has more members than one roster chunk holds (200), or ever had. */
export function isLarge({ rosterChunks }: Pick<Head, "rosterChunks">): boolean {
  return rosterChunks > 1;
}
