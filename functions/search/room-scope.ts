import { createHash } from "node:crypto";
import { hidesHistory } from "../delivery/history-visibility.ts";
import { firstVisibleSeq, type ReadableRoom } from "../rooms/access.ts";
import { byActivity } from "../rooms/list.ts";
import { type Head, isThere } from "../store/rooms/heads.ts";
import { listRoomIds, type Membership } from "../store/rooms/memberships.ts";
import type { SearchedRoom } from "../store/search/search-index.ts";
import { batchGet } from "../store/table/batch-get.ts";

/** Rooms that a call searches: each costs half a unit for each word, whether or not anything is found. */
export const roomsPerSearch = 200;

/**
 * Which of somebody's rooms are being searched, where they have more than are searched at once. The first ones are the
 * most recently active, which is another order with every message, so they are remembered; the others follow by id.
 */
export interface RoomGroup {
  /** Short digests of the first ones. */
  readonly first: string;
  /** Of the others, those behind the one id, up to the other. */
  readonly after?: string;
  readonly upTo?: string;
}

const digestBytes = 4;

function shortDigest(roomId: string): Buffer {
  return createHash("sha256").update(roomId).digest().subarray(0, digestBytes);
}

function noteRooms(heads: readonly Head[]): string {
  return Buffer.concat(heads.map((head) => shortDigest(head.id))).toString("base64url");
}

/** Whether a room is among those noted. */
function isNoted(noted: string): (head: Head) => boolean {
  const bytes = Buffer.from(noted, "base64url");
  const digests = new Set<number>();
  for (let at = 0; at + digestBytes <= bytes.length; at += digestBytes) digests.add(bytes.readUInt32BE(at));
  return (head) => digests.has(shortDigest(head.id).readUInt32BE());
}

interface SearchedGroup {
  readonly heads: readonly Head[];
  /** Undefined where there are no further rooms. */
  readonly group: RoomGroup | undefined;
  readonly next: RoomGroup | undefined;
}

function byId(one: Head, other: Head): number {
  return one.id < other.id ? -1 : 1;
}

/** What comes after a group: the next rooms by their ids. */
function groupAfter(heads: readonly Head[], group: RoomGroup): RoomGroup | undefined {
  const isFirst = isNoted(group.first);
  const after = group.upTo ?? "";
  const others = heads.filter((head) => head.id > after && !isFirst(head)).sort(byId);
  const last = others.slice(0, roomsPerSearch).at(-1);
  return last && { first: group.first, after, upTo: last.id };
}

/** The rooms of a group; `heads` are all of somebody's rooms, the most recently active first. */
export function chooseRooms(
  heads: readonly Head[],
  given: RoomGroup | undefined,
  begins: boolean,
): SearchedGroup {
  const group =
    given ??
    (begins && heads.length > roomsPerSearch
      ? { first: noteRooms(heads.slice(0, roomsPerSearch)) }
      : undefined);
  if (!group) return { heads, group, next: undefined };
  const isFirst = isNoted(group.first);
  const { after, upTo } = group;
  const chosen = heads.filter((head) =>
    after === undefined || upTo === undefined
      ? isFirst(head)
      : !isFirst(head) && head.id > after && head.id <= upTo,
  );
  return { heads: chosen, group, next: groupAfter(heads, group) };
}

/** Milliseconds by which the clocks of a message's sender and of who added a member may differ. */
const clockTolerance = 5 * 60 * 1000;

/** What of a room is to be searched for somebody who may read it; undefined where there is nothing. */
export function searchedPart({ head, me }: ReadableRoom): SearchedRoom | undefined {
  const first = firstVisibleSeq({ head, me });
  if (first > head.seq) return undefined;
  const sinceJoined = me && first > head.floor + 1 ? Date.parse(me.joinedAt) - clockTolerance : 0;
  return { id: head.id, first, since: sinceJoined };
}

/** The heads of all of somebody's rooms, the most recently active first. */
export async function listHeads(userId: string): Promise<Head[]> {
  const { heads } = await batchGet({ heads: await listRoomIds(userId) });
  return heads.filter(isThere).sort(byActivity);
}

/** What of these rooms is to be searched. Memberships are read where they say what may be seen. */
export async function searchedParts(userId: string, heads: readonly Head[]): Promise<SearchedRoom[]> {
  const { memberships } = await batchGet({
    memberships: heads.filter(hidesHistory).map((head) => [head.id, userId] as const),
  });
  const mine = new Map<string, Membership>(memberships.map((membership) => [membership.roomId, membership]));
  return heads.flatMap((head) => {
    if (!hidesHistory(head)) return { id: head.id, first: head.floor + 1, since: 0 };
    return searchedPart({ head, me: mine.get(head.id) }) ?? [];
  });
}
