import type { Room } from "../../contract/objects/room.ts";
import type { Slice } from "../kernel/http/page.ts";
import { getDetails } from "../store/rooms/details.ts";
import { type Head, isThere } from "../store/rooms/heads.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import { listRoomIds, type Membership } from "../store/rooms/memberships.ts";
import { getFirstRosters, getMemberCounts, type RosterEntry } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { pairMembers } from "./participants.ts";
import { presentRoom } from "./present.ts";
import { getTrackedReadersOfLast } from "./tracked-readers.ts";

/**
 * A room in a list shows up to this many participants. The room itself shows more, and its list of
 * participants pages all of them.
 */
export const participantsInList = 20;

/**
 * For a user in up to this many rooms, heads and memberships are read together. That is before it
 * is known which rooms the page shows.
 */
const readAtOnce = 50;

/**
 * Orders rooms by activity, the most recent first. The id decides between equal times, so that
 * pages never overlap.
 */
export function byActivity(one: Head, other: Head): number {
  return one.updatedAt === other.updatedAt
    ? one.id.localeCompare(other.id)
    : one.updatedAt < other.updatedAt
      ? 1
      : -1;
}

/**
 * Returns the ids of members whose marks decide whether the viewer's message was read, if the
 * room's last message is the viewer's.
 */
export function trackedReadersOf(head: Head, members: readonly RosterEntry[], viewerId: string): string[] {
  return head.last?.senderId === viewerId
    ? members.map((member) => member.userId).filter((userId) => userId !== viewerId)
    : [];
}

/** Returns the ids of all users whom the view of a room shows. */
export function seenIn(head: Head, members: readonly RosterEntry[]): string[] {
  return [
    ...members.map((member) => member.userId),
    head.createdBy,
    ...(head.last ? [head.last.senderId] : []),
  ];
}

/**
 * Returns the users in the view of a large room for whom it is not known yet whether they are
 * members. Members alone see each other's e-mail addresses, so it must be known. In any other room
 * all members are known.
 */
export function unknownIn(
  head: Head,
  { members, trackedReaders }: Pick<MembersShown, "members" | "trackedReaders">,
  viewerId?: string,
): string[] {
  if (!isLarge(head)) return [];
  const known = new Set([...[...members, ...trackedReaders].map((member) => member.userId), viewerId]);
  return [...new Set(seenIn(head, []))].filter((userId) => !known.has(userId));
}

/** The members of a room that are shown, and the number of all. */
export interface MembersShown {
  readonly members: readonly RosterEntry[];
  /**
   * Members whose marks decide whether the viewer's message was read; they may be more than are
   * shown. If the message is not the viewer's, the first chunk.
   */
  readonly trackedReaders: readonly RosterEntry[];
  readonly memberCount: number;
}

/**
 * Returns the number of members: the entries of the only chunk, or, in a large room, the sum of its
 * member counts.
 */
export function memberCountOf(
  head: Head,
  first: readonly RosterEntry[],
  memberCounts: readonly number[] | undefined,
): number {
  return isLarge(head) && memberCounts ? memberCounts.reduce((sum, count) => sum + count, 0) : first.length;
}

/** Returns the members that a list shows its viewer, by room id. */
async function getMembersShown(heads: readonly Head[], viewerId: string): Promise<Map<string, MembersShown>> {
  const [rosters, memberCounts, trackedReaders] = await Promise.all([
    getFirstRosters(heads.filter((head) => !head.pair).map((head) => head.id)),
    getMemberCounts(heads.filter((head) => isLarge(head)).map((head) => head.id)),
    Promise.all(heads.map((head) => getTrackedReadersOfLast(head, [viewerId]))),
  ]);
  return new Map(
    heads.map((head, at) => {
      const first = head.pair ? pairMembers(head) : (rosters.get(head.id) ?? []);
      return [
        head.id,
        {
          members: first.slice(0, participantsInList),
          trackedReaders: trackedReaders[at] ?? first,
          memberCount: memberCountOf(head, first, memberCounts.get(head.id)),
        },
      ];
    }),
  );
}

/**
 * Returns rooms as a user sees them in a list, in the given order. `known` are the user's
 * memberships, if they were read before.
 */
export async function presentRooms(
  userId: string,
  shown: readonly Head[],
  known: readonly Membership[] | undefined,
): Promise<Room[]> {
  const [rosters, details] = await Promise.all([
    getMembersShown(shown, userId),
    getDetails(shown.filter((head) => head.hasDetails).map((head) => head.id)),
  ]);
  const noMembers: MembersShown = { members: [], trackedReaders: [], memberCount: 0 };
  const shownOf = (head: Head): MembersShown => rosters.get(head.id) ?? noMembers;
  const userIds = shown.flatMap((head) => seenIn(head, shownOf(head).members));
  const { memberships: further, people } = await batchGet({
    memberships: [
      ...(known ? [] : shown.map((head) => [head.id, userId] as const)),
      ...shown.flatMap((head) =>
        [
          ...trackedReadersOf(head, shownOf(head).trackedReaders, userId),
          ...unknownIn(head, shownOf(head), userId),
        ].map((other) => [head.id, other] as const),
      ),
    ],
    profiles: userIds,
    presences: [...userIds, userId],
  });
  const memberships = Map.groupBy([...(known ?? []), ...further], (one) => one.roomId);
  return shown.map((head) => {
    const all = memberships.get(head.id) ?? [];
    return presentRoom(
      {
        head,
        ...shownOf(head),
        me: all.find((one) => one.userId === userId),
        others: all.filter((one) => one.userId !== userId),
        details: details.get(head.id),
        people,
      },
      userId,
    );
  });
}

/**
 * Returns a page of the user's rooms, the most recently active first. Reads all of their heads,
 * because the order changes all the time, and everything else for the page alone. 50 direct rooms
 * take four calls: the index, heads with memberships, and two of marks and people.
 */
export async function listRooms(userId: string, page: Slice): Promise<{ count: number; rooms: Room[] }> {
  const roomIds = await listRoomIds(userId);
  const isReadAtOnce = roomIds.length <= readAtOnce;
  const { heads, memberships } = await batchGet({
    heads: roomIds,
    memberships: isReadAtOnce ? roomIds.map((roomId) => [roomId, userId] as const) : [],
  });
  const rooms = heads.filter(isThere).sort(byActivity);
  const shown = rooms.slice(page.start, page.start + page.size);
  return {
    count: rooms.length,
    rooms: await presentRooms(userId, shown, isReadAtOnce ? memberships : undefined),
  };
}
