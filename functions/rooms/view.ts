import type { Room } from "../../contract/objects/room.ts";
import { getDetails, type StoredDetails } from "../store/rooms/details.ts";
import type { Head } from "../store/rooms/heads.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { getFirstRoster, getMemberCounts } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import type { ReadableRoom } from "./access.ts";
import { type MembersShown, memberCountOf, seenIn, trackedReadersOf, unknownIn } from "./list.ts";
import { pairMembers } from "./participants.ts";
import { presentRoom } from "./present.ts";
import { getTrackedReadersOfLast } from "./tracked-readers.ts";

/**
 * The view of one room shows up to this many participants. The list of its participants pages all
 * of them.
 */
const participantsInRoom = 100;

/** `consistent` if the room was just changed and the change must show. */
type Read = "consistent" | "eventual";

/** Returns the members of a room that its view shows these viewers, and its details. */
async function getParts(
  head: Head,
  viewerIds: readonly string[],
  participants: number,
  read: Read,
): Promise<MembersShown & { details: StoredDetails | undefined }> {
  const [first, trackedReaders, memberCounts, details] = await Promise.all([
    head.pair ? pairMembers(head) : getFirstRoster(head.id, read),
    getTrackedReadersOfLast(head, viewerIds),
    isLarge(head) ? getMemberCounts([head.id], read) : undefined,
    head.hasDetails ? getDetails([head.id], read) : undefined,
  ]);
  return {
    members: first.slice(0, participants),
    trackedReaders: trackedReaders ?? first,
    memberCount: memberCountOf(head, first, memberCounts?.get(head.id)),
    details: details?.get(head.id),
  };
}

/** Returns the view of a room that the caller may read. */
export async function viewRoom(
  { head, me }: ReadableRoom,
  viewerId: string,
  read: Read = "eventual",
): Promise<Room> {
  const parts = await getParts(head, [viewerId], participantsInRoom, read);
  const userIds = seenIn(head, parts.members);
  const { memberships, people } = await batchGet({
    memberships: [
      ...trackedReadersOf(head, parts.trackedReaders, viewerId),
      ...unknownIn(head, parts, viewerId),
    ].map((other) => [head.id, other] as const),
    profiles: userIds,
    presences: [...userIds, viewerId],
  });
  return presentRoom({ head, me, ...parts, others: memberships, people }, viewerId);
}

/**
 * Returns one room as several of its members see it, for events, by member id. Undefined for a user
 * without a membership. `known` are memberships that were read or written just before.
 */
export async function viewRoomAs(
  head: Head,
  viewerIds: readonly string[],
  participants: number,
  known: readonly Membership[] = [],
): Promise<(viewerId: string) => Room | undefined> {
  const parts = await getParts(head, viewerIds, participants, "consistent");
  const userIds = seenIn(head, parts.members);
  const byUser = new Map(known.map((membership) => [membership.userId, membership]));
  // The tracked readers decide whether a viewer's own last message was read.
  const lastSender = viewerIds.find((viewerId) => viewerId === head.last?.senderId);
  const wanted = new Set([
    ...viewerIds,
    ...(lastSender === undefined ? [] : trackedReadersOf(head, parts.trackedReaders, lastSender)),
    ...unknownIn(head, parts),
  ]);
  const { memberships, people } = await batchGet({
    memberships: [...wanted].filter((id) => !byUser.has(id)).map((id) => [head.id, id] as const),
    profiles: userIds,
    presences: [...userIds, ...viewerIds],
  });
  for (const membership of memberships) byUser.set(membership.userId, membership);
  const others = [...byUser.values()];
  return (viewerId) => {
    const me = byUser.get(viewerId);
    return me && presentRoom({ head, me, ...parts, others, people }, viewerId);
  };
}
