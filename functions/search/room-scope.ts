import { createHash } from "node:crypto";
import type { ReadableRoom } from "../rooms/access.ts";
import { byActivity } from "../rooms/list.ts";
import { type Head, isThere } from "../store/rooms/heads.ts";
import { firstVisibleSeq, hidesHistory } from "../store/rooms/history-visibility.ts";
import { listRoomIds, type Membership } from "../store/rooms/memberships.ts";
import type { SearchedRoom } from "../store/search/search-index.ts";
import { batchGet } from "../store/table/batch-get.ts";

/**
 * The number of rooms that a call searches. Each costs half a unit for each word, whether or not it
 * has a match.
 */
export const roomsPerSearch = 200;

/**
 * The rooms that a call searches, if the user has more than roomsPerSearch. The first group is the
 * most recently active rooms. Their order changes with every message, so the group records them;
 * further groups go by id.
 */
export interface RoomGroup {
  /** Short digests of the first group's rooms. */
  readonly first: string;
  /** The range of ids of a further group: greater than `after`, up to `upTo`. */
  readonly after?: string;
  readonly upTo?: string;
}

const digestBytes = 4;

function shortDigest(roomId: string): Buffer {
  return createHash("sha256").update(roomId).digest().subarray(0, digestBytes);
}

function encodeDigests(heads: readonly Head[]): string {
  return Buffer.concat(heads.map((head) => shortDigest(head.id))).toString("base64url");
}

/** Returns a predicate for the rooms whose digests are in the encoded list. */
function isAmong(encoded: string): (head: Head) => boolean {
  const bytes = Buffer.from(encoded, "base64url");
  const digests = new Set<number>();
  for (let at = 0; at + digestBytes <= bytes.length; at += digestBytes) digests.add(bytes.readUInt32BE(at));
  return (head) => digests.has(shortDigest(head.id).readUInt32BE());
}

interface SearchedGroup {
  readonly heads: readonly Head[];
  /** Undefined if the user has no further rooms. */
  readonly group: RoomGroup | undefined;
  readonly next: RoomGroup | undefined;
}

function byId(one: Head, other: Head): number {
  return one.id < other.id ? -1 : 1;
}

/** Returns the group that follows: the next rooms by their ids. */
function groupAfter(heads: readonly Head[], group: RoomGroup): RoomGroup | undefined {
  const isFirst = isAmong(group.first);
  const after = group.upTo ?? "";
  const others = heads.filter((head) => head.id > after && !isFirst(head)).sort(byId);
  const last = others.slice(0, roomsPerSearch).at(-1);
  return last && { first: group.first, after, upTo: last.id };
}

/**
 * Returns the rooms of a group. `heads` are all rooms of the user, the most recently active first.
 */
export function chooseRooms(
  heads: readonly Head[],
  given: RoomGroup | undefined,
  begins: boolean,
): SearchedGroup {
  const group =
    given ??
    (begins && heads.length > roomsPerSearch
      ? { first: encodeDigests(heads.slice(0, roomsPerSearch)) }
      : undefined);
  if (!group) return { heads, group, next: undefined };
  const isFirst = isAmong(group.first);
  const { after, upTo } = group;
  const chosen = heads.filter((head) =>
    after === undefined || upTo === undefined
      ? isFirst(head)
      : !isFirst(head) && head.id > after && head.id <= upTo,
  );
  return { heads: chosen, group, next: groupAfter(heads, group) };
}

/**
 * Milliseconds by which two clocks may differ: that of a message's sender, and that of the caller
 * who added a member.
 */
const clockTolerance = 5 * 60 * 1000;

/** Returns the part of a room to search for a user who may read it; undefined if there is none. */
export function searchedPart({ head, me }: ReadableRoom): SearchedRoom | undefined {
  const first = firstVisibleSeq({ head, me });
  if (first > head.seq) return undefined;
  const sinceJoined = me && first > head.floor + 1 ? Date.parse(me.joinedAt) - clockTolerance : 0;
  return { id: head.id, first, since: sinceJoined };
}

/** Returns the heads of all rooms of a user, the most recently active first. */
export async function listHeads(userId: string): Promise<Head[]> {
  const { heads } = await batchGet({ heads: await listRoomIds(userId) });
  return heads.filter(isThere).sort(byActivity);
}

/**
 * Returns the parts of these rooms to search. Reads memberships only of rooms whose earlier history
 * is hidden.
 */
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
