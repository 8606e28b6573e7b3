import type { Room } from "../../contract/objects/room.ts";
import { countFitting } from "../kernel/http/answer-size.ts";
import type { Slice } from "../kernel/http/page.ts";
import { foldText } from "../kernel/text/words.ts";
import { getDetails } from "../store/rooms/details.ts";
import { type Head, isThere } from "../store/rooms/heads.ts";
import { listRoomIds } from "../store/rooms/memberships.ts";
import { listListings } from "../store/rooms/public-rooms.ts";
import { getFirstRosters } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import type { Profile } from "../store/users/profiles.ts";
import { getProfiles } from "../store/users/profiles.ts";
import { byActivity, presentRooms } from "./list.ts";

/** Returns the words of a search, folded for comparison. */
function wordsOf(q: string): string[] {
  return foldText(q).split(" ").filter(Boolean);
}

/** Returns the words that are in none of the texts. */
function missingIn(texts: readonly string[], words: readonly string[]): string[] {
  const text = foldText(texts.join(" "));
  return words.filter((word) => !text.includes(word));
}

/**
 * Returns a page of the public rooms by name. With `q`, only rooms whose name contains each of its
 * words. A room that was archived or deleted a moment ago is undefined. Everything else is read for
 * the page alone.
 */
export async function listPublicRooms(
  userId: string,
  q: string | undefined,
  page: Slice,
): Promise<{ count: number; rooms: (Room | undefined)[] }> {
  const words = q === undefined ? undefined : wordsOf(q);
  if (words?.length === 0) return { count: 0, rooms: [] };
  const listings = await listListings();
  const listed = words ? listings.filter(({ name }) => missingIn([name], words).length === 0) : listings;
  const shown = listed.slice(page.start, page.start + page.size);
  const { heads } = await batchGet({ heads: shown.map(({ roomId }) => roomId) });
  const byId = new Map(heads.map((head) => [head.id, head]));
  const rooms = shown.flatMap(({ roomId }) => {
    const head = byId.get(roomId);
    return head?.status === "active" ? [head] : [];
  });
  const presented = new Map(
    (await presentRooms(userId, rooms, undefined)).map((room) => [room.id, room] as const),
  );
  return { count: listed.length, rooms: shown.map(({ roomId }) => presented.get(roomId)) };
}

const searchResults = 50;
/**
 * A search compares at most this many members of rooms that are not direct, from the most recently
 * active room on.
 */
const searchedMembers = 1000;

/** Returns the names by which a user is found: the ones that members of a shared room see. */
function namesOf(profile: Profile): string[] {
  const { display_name, first_name, last_name, username, email } = profile;
  const full = [first_name, last_name].filter((name) => name !== null).join(" ");
  return [display_name, full, username, email].flatMap((name) => name ?? []);
}

/**
 * Returns the members that a search compares, by room id. Direct rooms give all members, who stand
 * in their heads and by whom most such rooms are found. Large rooms give their first members.
 */
async function getSearchedMembers(heads: readonly Head[]): Promise<Map<string, readonly string[]>> {
  const rosters = await getFirstRosters(heads.filter((head) => !head.pair).map((head) => head.id));
  const paired = new Set(heads.flatMap((head) => head.pair ?? []));
  const searched = new Set<string>();
  const isSearched = (userId: string): boolean => {
    if (paired.has(userId)) return true;
    if (searched.size < searchedMembers) searched.add(userId);
    return searched.has(userId);
  };
  return new Map(
    heads.map((head) => [
      head.id,
      head.pair ?? (rosters.get(head.id) ?? []).map((entry) => entry.userId).filter(isSearched),
    ]),
  );
}

/**
 * Returns the caller's rooms in which each word of `q` is part of the name, a tag or a member's
 * name. The most recently active come first, as many as fit in an answer. Tags are read only for
 * rooms that have a description or tags; on the heads, each message would pay for them.
 */
export async function searchRooms(userId: string, q: string): Promise<Room[]> {
  const words = wordsOf(q);
  if (words.length === 0) return [];
  const { heads } = await batchGet({ heads: await listRoomIds(userId) });
  const rooms = heads.filter(isThere).sort(byActivity);
  const [details, members] = await Promise.all([
    getDetails(rooms.filter((head) => head.hasDetails).map((head) => head.id)),
    getSearchedMembers(rooms),
  ]);
  const profiles = await getProfiles([...members.values()].flat());
  const namesByUser = new Map(
    [...profiles].map(([id, profile]) => [id, foldText(namesOf(profile).join(" "))]),
  );
  const found = rooms.filter((head) => {
    const { longName = null, tags = [] } = details.get(head.id) ?? {};
    const names = [head.nameInDetails ? longName : head.name, ...tags];
    // The caller is in all of these rooms.
    const others = members.get(head.id)?.filter((id) => id !== userId) ?? [];
    return missingIn(
      names.flatMap((name) => name ?? []),
      words,
    ).every((word) => others.some((id) => namesByUser.get(id)?.includes(word)));
  });
  const presented = await presentRooms(userId, found.slice(0, searchResults), undefined);
  return presented.slice(0, countFitting(presented));
}
