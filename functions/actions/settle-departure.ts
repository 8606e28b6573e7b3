import type { RoomRole } from "../../contract/objects/room.ts";
import { removeRoom } from "../rooms/change.ts";
import { ensureAdmin } from "../rooms/ensure-admin.ts";
import type { Head } from "../store/rooms/heads.ts";
import { getCensuses, type RosterEntry } from "../store/rooms/rosters.ts";

/** What is known of a membership that has ended. */
export interface Departure {
  /** The role that they had. */
  readonly role: RoomRole;
  /** Whether the room may be empty. */
  readonly mayBeEmpty: boolean;
}

/** Whether a large room has no members; of a small one its only chunk has told so. */
const isEmpty = async (head: Head): Promise<boolean> =>
  head.rosterChunks === 1 ||
  (await getCensuses([head.id], "consistent")).get(head.id)?.every((count) => count === 0) === true;

/** Sees to a room that somebody has left: an empty one is removed, and one without an admin gets one, who is given. */
export const settleDeparture = async (
  head: Head,
  { role, mayBeEmpty }: Departure,
): Promise<RosterEntry | undefined> => {
  // Nobody could ever come back to it. A public room waits for whoever joins next.
  if (mayBeEmpty && head.type !== "public" && (await isEmpty(head))) await removeRoom(head);
  // Two admins who leave at once each count on the other.
  return role === "admin" ? ensureAdmin(head.id) : undefined;
};
