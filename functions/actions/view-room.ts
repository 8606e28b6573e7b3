import type { Room } from "../../contract/objects/room.ts";
import { getDetails } from "../data/details.ts";
import { getRoster } from "../data/rosters.ts";
import { getTogether } from "../data/together.ts";
import type { ReadableRoom } from "./access-room.ts";
import { pairMembers, seenIn, witnessesOf } from "./list-rooms.ts";
import { presentRoom } from "./present-room.ts";

/** How many participants the view of one room shows; its participants page all of them. */
export const participantsInRoom = 100;

/** The view of a room that the caller may read. */
export const viewRoom = async ({ head, me }: ReadableRoom, viewerId: string): Promise<Room> => {
  const [roster, details] = await Promise.all([
    head.pair ? pairMembers(head) : getRoster(head.id, head.rosterChunks),
    head.hasDetails ? getDetails([head.id]) : new Map(),
  ]);
  const members = roster.slice(0, participantsInRoom);
  const userIds = seenIn(head, members);
  const { memberships, people } = await getTogether({
    memberships: witnessesOf(head, members, viewerId).map((witness) => [head.id, witness] as const),
    profiles: userIds,
    presences: userIds,
  });
  return presentRoom(
    { head, me, members, others: memberships, details: details.get(head.id), people },
    viewerId,
  );
};
