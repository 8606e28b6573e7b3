/**
 * A room with all of its members' memberships. They stand side by side, and a query pays for what it reads as a whole: a
 * room of 200 takes about 12 read units and a direct room half a one, where each membership by its key takes half a unit.
 *   head and memberships      ROOM#r / HEAD..MEMBER#...
 */

import { keys } from "../table/keys.ts";
import { prefixes } from "../table/prefixes.ts";
import { queryAll } from "../table/table.ts";
import { type Head, headFromItem, isLarge } from "./heads.ts";
import { type Membership, membershipFromItem } from "./memberships.ts";
import { rosterChunkSize } from "./rosters.ts";

interface RoomMembers {
  readonly head: Head;
  /** All of them; undefined for a large room, of which they are not read. */
  readonly memberships: readonly Membership[] | undefined;
}

/** Between head and memberships there is at most a listing, and in a large room its list of who is live. */
const itemLimit = 1 + 1 + rosterChunkSize;

/** A room, as it was a moment ago, with the memberships of its members; undefined if there is none. */
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
