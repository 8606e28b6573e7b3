import type { Room } from "../../contract/objects/room.ts";
import { getDetails } from "../data/details.ts";
import type { Head } from "../data/heads.ts";
import { listRoomIds } from "../data/memberships.ts";
import { getFirstRosters, type RosterEntry } from "../data/rosters.ts";
import { getTogether } from "../data/together.ts";
import { presentRoom } from "./present-room.ts";

/** How many participants a room of a list shows; the room itself shows more, and its participants page all. */
const participantsInList = 20;

/** Up to here, heads and the caller's memberships are read at once, before it is known which rooms the page shows. */
const readAtOnce = 50;

const byActivity = (one: Head, other: Head): number =>
  one.updatedAt === other.updatedAt
    ? one.id.localeCompare(other.id)
    : one.updatedAt < other.updatedAt
      ? 1
      : -1;

/** A direct room's members stand in its head; both have been there since it was made. */
export const pairMembers = (head: Head): RosterEntry[] =>
  (head.pair ?? []).map((userId) => ({ userId, role: "member", joinedAt: head.createdAt }));

/** Whose marks tell whether the viewer's message was read, if the last one is theirs. */
export const witnessesOf = (head: Head, members: readonly RosterEntry[], viewerId: string): string[] =>
  head.last?.senderId === viewerId
    ? members.map((member) => member.userId).filter((userId) => userId !== viewerId)
    : [];

/** Everybody who is seen in the view of a room. */
export const seenIn = (head: Head, members: readonly RosterEntry[]): string[] => [
  ...members.map((member) => member.userId),
  head.createdBy,
  ...(head.last ? [head.last.senderId] : []),
];

/** The members that a list shows of each room, by room. */
const getMembersShown = async (heads: readonly Head[]): Promise<Map<string, RosterEntry[]>> => {
  const rosters = await getFirstRosters(heads.filter((head) => !head.pair).map((head) => head.id));
  return new Map(
    heads.map((head) => [
      head.id,
      head.pair ? pairMembers(head) : (rosters.get(head.id) ?? []).slice(0, participantsInList),
    ]),
  );
};

/**
 * A page of the rooms that somebody is in, the most recently active first. Reads all of their heads, because the order
 * is by what changes all the time, and everything else for the page alone. 50 direct rooms take four calls: the index,
 * heads with memberships, and two of marks and people.
 */
export const listRooms = async (
  userId: string,
  page: { readonly number: number; readonly size: number },
): Promise<{ count: number; rooms: Room[] }> => {
  const roomIds = await listRoomIds(userId);
  const early = roomIds.length <= readAtOnce;
  const mine = (ids: readonly string[]) => ids.map((roomId) => [roomId, userId] as const);
  const first = await getTogether({ heads: roomIds, memberships: early ? mine(roomIds) : [] });
  const rooms = first.heads.filter((head) => head.status !== "deleted").sort(byActivity);
  const shown = rooms.slice((page.number - 1) * page.size, page.number * page.size);

  const [members, details] = await Promise.all([
    getMembersShown(shown),
    getDetails(shown.filter((head) => head.hasDetails).map((head) => head.id)),
  ]);
  const membersOf = (head: Head): readonly RosterEntry[] => members.get(head.id) ?? [];
  const userIds = shown.flatMap((head) => seenIn(head, membersOf(head)));
  const second = await getTogether({
    memberships: [
      ...(early ? [] : mine(shown.map((head) => head.id))),
      ...shown.flatMap((head) =>
        witnessesOf(head, membersOf(head), userId).map((witness) => [head.id, witness] as const),
      ),
    ],
    profiles: userIds,
    presences: userIds,
  });
  const memberships = Map.groupBy([...first.memberships, ...second.memberships], (one) => one.roomId);
  return {
    count: rooms.length,
    rooms: shown.map((head) => {
      const known = memberships.get(head.id) ?? [];
      return presentRoom(
        {
          head,
          me: known.find((one) => one.userId === userId),
          members: membersOf(head),
          others: known.filter((one) => one.userId !== userId),
          details: details.get(head.id),
          people: second.people,
        },
        userId,
      );
    }),
  };
};
