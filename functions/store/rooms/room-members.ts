/**
 * Reads a room with the memberships of all members. A query pays for what it reads as a whole. A
 * room of 200 takes about 12 read units and a direct room half a unit. By key, each membership
 * takes half a unit.
 *   head and memberships      ROOM#r / HEAD..MEMBER#...
 */

import { keys } from "../table/keys.ts";
import { prefixes } from "../table/prefixes.ts";
import { queryAll } from "../table/table.ts";
import { type Head, headFromItem } from "./heads.ts";
import { isLarge, rosterChunkSize } from "./large-rooms.ts";
import { type Membership, membershipFromItem } from "./memberships.ts";

interface RoomMembers {
  readonly head: Head;
  /** The memberships of all members; undefined for a large room. */
  readonly memberships: readonly Membership[] | undefined;
}

/** At most a listing stands between the head and the memberships. */
const itemLimit = 1 + 1 + rosterChunkSize;

/**
 * Returns a room with the memberships of its members, as they were a moment ago. Returns undefined
 * if there is none.
 */
export async function getRoomMembers(roomId: string): Promise<RoomMembers | undefined> {
  const { pk, from, to } = keys.headToMemberships(roomId);
  const items = await queryAll(
    {
      KeyConditionExpression: "pk = :room AND sk BETWEEN :from AND :to",
      ExpressionAttributeValues: { ":room": pk, ":from": from, ":to": to },
    },
    itemLimit,
  );
  const [first, ...further] = items;
  if (!first || first.sk !== from) return undefined;
  const head = headFromItem(first);
  const members = further.filter((item) => String(item.sk).startsWith(prefixes.member));
  return { head, memberships: isLarge(head) ? undefined : members.map(membershipFromItem) };
}
