/**
 * Writes the items of a new room, so that the room exists with all of them or not at all. The head
 * comes last, and no reader sees the other items of a room without a head.
 */
import type { RoomRole, RoomType } from "../../../contract/objects/room.ts";
import { unblockedParts } from "../contacts/blocks.ts";
import { putAllIfAbsent, transactionLimit, transactWrite } from "../table/table.ts";
import { conditionExpression } from "../table/update-expression.ts";
import { type Details, newDetailsItem, type StoredDetails } from "./details.ts";
import { fitsHead, type Head, headFromItem, newHeadItem } from "./heads.ts";
import { rosterChunkSize } from "./large-rooms.ts";
import { newMemberItem } from "./members.ts";
import { type Membership, membershipFromItem } from "./memberships.ts";
import { newListingItem } from "./public-rooms.ts";
import { byJoinTime, newRosterItems, type RosterEntry } from "./rosters.ts";

export interface NewRoom {
  readonly id: string;
  readonly type: RoomType;
  readonly name: string | null;
  readonly details: Details;
  readonly createdBy: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** The two members of a direct room. */
  readonly pair: readonly [string, string] | undefined;
  readonly members: readonly { readonly userId: string; readonly role: RoomRole }[];
}

// A new room is known without a read, and a read might not see it yet.
function rosterOf(room: NewRoom): RosterEntry[] {
  return room.members.map((member) => ({ ...member, joinedAt: room.createdAt })).sort(byJoinTime);
}

function detailsOf(room: NewRoom): StoredDetails {
  return {
    ...room.details,
    longName: room.name !== null && !fitsHead(room.name) ? room.name : null,
  };
}

function hasDetails(room: NewRoom): boolean {
  const { description, tags, longName } = detailsOf(room);
  return description !== null || tags.length > 0 || longName !== null;
}

function headItem(room: NewRoom) {
  return newHeadItem({
    ...room,
    rosterChunks: Math.ceil(room.members.length / rosterChunkSize),
    hasDetails: hasDetails(room),
  });
}

/** Returns whether the creator added this member. No user is added to a direct room. */
function isAdded(room: NewRoom, userId: string): boolean {
  return !room.pair && userId !== room.createdBy;
}

function memberItems(room: NewRoom, roster: readonly RosterEntry[]) {
  return roster.map((member, at) =>
    newMemberItem(
      room.id,
      { ...member, joinedSeq: 0, addedBy: isAdded(room, member.userId) ? room.createdBy : undefined },
      Math.floor(at / rosterChunkSize),
    ),
  );
}

/** A room as it was created, known without a read. */
interface CreatedRoom {
  readonly head: Head;
  readonly memberships: readonly Membership[];
}

/**
 * The result of creating a room: the room, or a room with its id exists, or one member of a direct
 * room blocks the other.
 */
type Created = CreatedRoom | "exists" | "blocked";

/**
 * Puts the memberships that do not fit into the transaction of a new room. Another call,
 * interrupted or at the same time, may have put some of them. Returns when those began: the roster
 * must say the same, or their members could not leave.
 */
async function putAhead(items: ReturnType<typeof memberItems>): Promise<Map<string, string>> {
  const present = (await putAllIfAbsent(items)).map(membershipFromItem);
  return new Map(present.map(({ userId, joinedAt }) => [userId, joinedAt]));
}

/**
 * Creates a room. A block that comes before it refuses the room; a block that comes after it finds
 * the room's head.
 */
export async function createRoom(room: NewRoom): Promise<Created> {
  const planned = rosterOf(room);
  const details = [
    ...(hasDetails(room) ? [newDetailsItem(room.id, detailsOf(room))] : []),
    ...(room.type === "public" ? [newListingItem(room.id, room.name)] : []),
  ];
  const checks = room.pair ? unblockedParts(room.pair) : [];
  const rosterItems = (roster: readonly RosterEntry[]) => {
    const { rosters, memberCounts } = newRosterItems(room.id, roster);
    return [...rosters, ...memberCounts];
  };
  // Memberships beyond one transaction come before it. Each put needs an absent item: two
  // calls for one room may overlap.
  const count = transactionLimit - rosterItems(planned).length - details.length - checks.length - 1;
  const began = await putAhead(memberItems(room, planned).slice(count));
  const roster = planned.map((entry) => ({ ...entry, joinedAt: began.get(entry.userId) ?? entry.joinedAt }));
  const memberships = memberItems(room, roster);
  const result = await transactWrite([
    { Put: { Item: headItem(room), ...conditionExpression("attribute_not_exists(pk)") } },
    ...[...rosterItems(roster), ...details, ...memberships.slice(0, count)].map((item) => ({
      Put: { Item: item },
    })),
    ...checks,
  ]);
  if (result.done)
    return { head: headFromItem(headItem(room)), memberships: memberships.map(membershipFromItem) };
  return result.failed.includes(0) ? "exists" : "blocked";
}
