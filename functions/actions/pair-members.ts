import type { Head } from "../data/heads.ts";
import type { RosterEntry } from "../data/rosters.ts";

/** A direct room's members stand in its head; both have been there since it was made. */
export const pairMembers = (head: Head): RosterEntry[] =>
  (head.pair ?? []).map((userId) => ({ userId, role: "member", joinedAt: head.createdAt }));
