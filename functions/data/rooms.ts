/**
 * The items of a new room, written so that the room exists with all of them or not at all: the head comes last, and
 * without a head nothing else of a room is ever seen.
 */
import type { RoomRole, RoomType } from "../../contract/objects/room.ts";
import { unblockedParts } from "./blocks.ts";
import { type Details, newDetailsItem, type StoredDetails } from "./details.ts";
import { fitsHead, type Head, headFromItem, newHeadItem } from "./heads.ts";
import { newListingItem } from "./listings.ts";
import { newMemberItem } from "./members.ts";
import { type Membership, membershipFromItem } from "./memberships.ts";
import { byStanding, newRosterItems, type RosterEntry, rosterChunkSize } from "./rosters.ts";
import { putAllIfAbsent, transactionLimit, writeTogether } from "./table.ts";

export interface NewRoom {
  readonly id: string;
  readonly type: RoomType;
  readonly name: string | null;
  readonly details: Details;
  readonly createdBy: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** The two of a direct room. */
  readonly pair: readonly [string, string] | undefined;
  readonly members: readonly { readonly userId: string; readonly role: RoomRole }[];
}

// A room just created is known without a read, and a read might not see it yet.
export const rosterOf = (room: NewRoom): RosterEntry[] =>
  room.members.map((member) => ({ ...member, joinedAt: room.createdAt })).sort(byStanding);

export const detailsOf = (room: NewRoom): StoredDetails => ({
  ...room.details,
  longName: room.name !== null && !fitsHead(room.name) ? room.name : null,
});

const hasDetails = (room: NewRoom): boolean => {
  const { description, tags, longName } = detailsOf(room);
  return description !== null || tags.length > 0 || longName !== null;
};

const headItem = (room: NewRoom) =>
  newHeadItem({
    ...room,
    rosterChunks: Math.ceil(room.members.length / rosterChunkSize),
    hasDetails: hasDetails(room),
  });

/** Nobody is added to a direct room: it is of the two. */
const isAdded = (room: NewRoom, userId: string): boolean => !room.pair && userId !== room.createdBy;

const memberItems = (room: NewRoom) =>
  rosterOf(room).map((member, at) =>
    newMemberItem(
      room.id,
      { ...member, joinedSeq: 0, addedBy: isAdded(room, member.userId) ? room.createdBy : undefined },
      Math.floor(at / rosterChunkSize),
    ),
  );

export const headOf = (room: NewRoom): Head => headFromItem(headItem(room));
export const membershipsOf = (room: NewRoom): Membership[] => memberItems(room).map(membershipFromItem);

/** What became of a new room: there is one with its id, or one of the two of a direct room blocks the other. */
export type Created = "created" | "exists" | "blocked";

/** Creates a room. A block comes before it, and the room is refused, or after it, and finds its head. */
export const createRoom = async (room: NewRoom): Promise<Created> => {
  const memberships = memberItems(room);
  const { rosters, census } = newRosterItems(room.id, rosterOf(room));
  const others = [
    ...rosters,
    ...census,
    ...(hasDetails(room) ? [newDetailsItem(room.id, detailsOf(room))] : []),
    ...(room.type === "public" ? [newListingItem(room.id, room.name)] : []),
  ];
  const checks = room.pair ? unblockedParts(room.pair) : [];
  // What does not fit into one transaction goes ahead of it. Only if absent: two calls for one room may overlap.
  const together = memberships.slice(0, transactionLimit - others.length - checks.length - 1);
  await putAllIfAbsent(memberships.slice(together.length));
  const result = await writeTogether([
    { Put: { Item: headItem(room), ConditionExpression: "attribute_not_exists(pk)" } },
    ...[...others, ...together].map((item) => ({ Put: { Item: item } })),
    ...checks,
  ]);
  if (result.done) return "created";
  return result.failed.includes(0) ? "exists" : "blocked";
};
