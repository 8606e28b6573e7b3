import type { Head } from "../store/rooms/heads.ts";
import type { RosterEntry } from "../store/rooms/rosters.ts";

/** A direct room's members stand in its head; both have been there since it was made. */
export const pairMembers = (head: Head): RosterEntry[] =>
  (head.pair ?? []).map((userId) => ({ userId, role: "member", joinedAt: head.createdAt }));
