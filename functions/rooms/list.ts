import type { Room } from "../../contract/objects/room.ts";
import type { Slice } from "../kernel/http/page.ts";
import { getDetails } from "../store/rooms/details.ts";
import { type Head, isLarge, isThere } from "../store/rooms/heads.ts";
import { listRoomIds, type Membership } from "../store/rooms/memberships.ts";
import { getFirstRosters, getMemberCounts, type RosterEntry } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { pairMembers } from "./participants.ts";
import { presentRoom } from "./present.ts";
import { getTrackedReadersOfLast } from "./tracked-readers.ts";

/** How many participants a room of a list shows; the room itself shows more, and its participants page all. */
export const participantsInList = 20;

/** Up to here, heads and the caller's memberships are read at once, before it is known which rooms the page shows. */
const readAtOnce = 50;

/** The most recently active first; an id decides between two, so that pages never overlap. */
export function byActivity(one: Head, other: Head): number {
  return one.updatedAt === other.updatedAt
    ? one.id.localeCompare(other.id)
    : one.updatedAt < other.updatedAt
      ? 1
      : -1;
}

/** Whose marks tell whether the viewer's message was read, if the last one is theirs. */
export function trackedReadersOf(head: Head, members: readonly RosterEntry[], viewerId: string): string[] {
  return head.last?.senderId === viewerId
    ? members.map((member) => member.userId).filter((userId) => userId !== viewerId)
    : [];
}

/** Everybody who is seen in the view of a room. */
export function seenIn(head: Head, members: readonly RosterEntry[]): string[] {
  return [
    ...members.map((member) => member.userId),
    head.createdBy,
    ...(head.last ? [head.last.senderId] : []),
  ];
}

/**
 * Those who are seen in the view of a large room, of whom it is not known yet whether they are in it: theirs are the
 * addresses that members see. In any other room all members are known.
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

/** The members of a room that are shown, and how many there are. */
export interface MembersShown {
  readonly members: readonly RosterEntry[];
  /** Those whose marks tell whether the viewer's message was read, who may be more than are shown; of others', the first chunk. */
  readonly trackedReaders: readonly RosterEntry[];
  readonly memberCount: number;
}

/** How many members a room has: those in its only chunk, or as its census says. */
export function memberCountOf(
  head: Head,
  first: readonly RosterEntry[],
  memberCounts: readonly number[] | undefined,
): number {
  return isLarge(head) && memberCounts ? memberCounts.reduce((sum, count) => sum + count, 0) : first.length;
}

/** The members that a list shows its viewer of each room, by room. */
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

/** Rooms as somebody sees them in a list, in the order given, with those of their memberships that are known. */
export async function presentRooms(
  userId: string,
  shown: readonly Head[],
  known: readonly Membership[] | undefined,
): Promise<Room[]> {
  const [rosters, details] = await Promise.all([
    getMembersShown(shown, userId),
    getDetails(shown.filter((head) => head.hasDetails).map((head) => head.id)),
  ]);
  const nobody: MembersShown = { members: [], trackedReaders: [], memberCount: 0 };
  const shownOf = (head: Head): MembersShown => rosters.get(head.id) ?? nobody;
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
 * A page of the rooms that somebody is in, the most recently active first. Reads all of their heads, because the order
 * is by what changes all the time, and everything else for the page alone. 50 direct rooms take four calls: the index,
 * heads with memberships, and two of marks and people.
 */
export async function listRooms(userId: string, page: Slice): Promise<{ count: number; rooms: Room[] }> {
  const roomIds = await listRoomIds(userId);
  const early = roomIds.length <= readAtOnce;
  const { heads, memberships } = await batchGet({
    heads: roomIds,
    memberships: early ? roomIds.map((roomId) => [roomId, userId] as const) : [],
  });
  const rooms = heads.filter(isThere).sort(byActivity);
  const shown = rooms.slice(page.start, page.start + page.size);
  return {
    count: rooms.length,
    rooms: await presentRooms(userId, shown, early ? memberships : undefined),
  };
}
