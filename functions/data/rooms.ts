/**
 * The items of a new room, written so that the room exists with all of them or not at all: the head comes last, and
 * without a head nothing else of a room is ever seen.
 */
import type { RoomRole, RoomType } from "../../contract/objects/room.ts";
import { type Details, newDetailsItem } from "./details.ts";
import { type Head, headFromItem, newHeadItem } from "./heads.ts";
import { type Membership, membershipFromItem, newMembershipItem } from "./memberships.ts";
import { byStanding, newRosterItems, type RosterEntry } from "./rosters.ts";
import { putAllIfAbsent, putTogether, transactionLimit } from "./table.ts";

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

const hasDetails = ({ details }: NewRoom): boolean => details.description !== null || details.tags.length > 0;

const rosterItems = (room: NewRoom) => newRosterItems(room.id, rosterOf(room));

const headItem = (room: NewRoom) =>
  newHeadItem({
    ...room,
    memberCount: room.members.length,
    rosterChunks: rosterItems(room).length,
    hasDetails: hasDetails(room),
  });

const membershipItem = (room: NewRoom, member: NewRoom["members"][number]) =>
  newMembershipItem({ ...member, roomId: room.id, joinedAt: room.createdAt, joinedSeq: 0 });

/** Creates a room; false if there is one with its id. */
export const createRoom = async (room: NewRoom): Promise<boolean> => {
  const memberships = room.members.map((member) => membershipItem(room, member));
  const others = [...rosterItems(room), ...(hasDetails(room) ? [newDetailsItem(room.id, room.details)] : [])];
  // What does not fit into one transaction goes ahead of it. Only if absent: two calls for one room may overlap.
  const together = memberships.slice(0, transactionLimit - others.length - 1);
  await putAllIfAbsent(memberships.slice(together.length));
  return putTogether([headItem(room), ...others, ...together]);
};

// A room just created is known without a read, and a read might not see it yet.
export const rosterOf = (room: NewRoom): RosterEntry[] =>
  room.members.map((member) => ({ ...member, joinedAt: room.createdAt })).sort(byStanding);
export const headOf = (room: NewRoom): Head => headFromItem(headItem(room));
export const membershipOf = (room: NewRoom, member: NewRoom["members"][number]): Membership =>
  membershipFromItem(membershipItem(room, member));
