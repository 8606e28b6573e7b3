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

/** The words of a search, as they are compared. */
function wordsOf(q: string): string[] {
  return foldText(q).split(" ").filter(Boolean);
}

/** Those of some words that are in none of some texts. */
function missingIn(texts: readonly string[], words: readonly string[]): string[] {
  const text = foldText(texts.join(" "));
  return words.filter((word) => !text.includes(word));
}

/**
 * A page of the public rooms by name, with `q` those whose name contains each of its words; undefined for one that was
 * archived or deleted a moment ago. Everything else is read for the page alone.
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
/** How many people of rooms that are not direct are looked at, from the most recently active room on. */
const searchedPeople = 1000;

/** By what somebody is found: what those who share a room with them see of them. */
function namesOf(profile: Profile): string[] {
  const { display_name, first_name, last_name, username, email } = profile;
  const full = [first_name, last_name].filter((name) => name !== null).join(" ");
  return [display_name, full, username, email].flatMap((name) => name ?? []);
}

/**
 * Who is in each room, of those whom a search looks at: everybody of direct rooms, who stand in their heads and are what
 * most such rooms are found by; of a large room, its first members.
 */
async function getSearched(heads: readonly Head[]): Promise<Map<string, readonly string[]>> {
  const rosters = await getFirstRosters(heads.filter((head) => !head.pair).map((head) => head.id));
  const paired = new Set(heads.flatMap((head) => head.pair ?? []));
  const searched = new Set<string>();
  const isSearched = (userId: string): boolean => {
    if (paired.has(userId)) return true;
    if (searched.size < searchedPeople) searched.add(userId);
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
 * The caller's rooms in which each word of `q` is part of the name, of a tag, or of what somebody there is called, the most
 * recently active first, as many as fit into an answer. Tags are read of those rooms that have a description or tags: on the heads they would be paid for by each
 * message.
 */
export async function searchRooms(userId: string, q: string): Promise<Room[]> {
  const words = wordsOf(q);
  if (words.length === 0) return [];
  const { heads } = await batchGet({ heads: await listRoomIds(userId) });
  const rooms = heads.filter(isThere).sort(byActivity);
  const [details, members] = await Promise.all([
    getDetails(rooms.filter((head) => head.hasDetails).map((head) => head.id)),
    getSearched(rooms),
  ]);
  const profiles = await getProfiles([...members.values()].flat());
  const called = new Map([...profiles].map(([id, profile]) => [id, foldText(namesOf(profile).join(" "))]));
  const found = rooms.filter((head) => {
    const { longName = null, tags = [] } = details.get(head.id) ?? {};
    const names = [head.nameInDetails ? longName : head.name, ...tags];
    // Oneself is in all of them.
    const others = members.get(head.id)?.filter((id) => id !== userId) ?? [];
    return missingIn(
      names.flatMap((name) => name ?? []),
      words,
    ).every((word) => others.some((id) => called.get(id)?.includes(word)));
  });
  const presented = await presentRooms(userId, found.slice(0, searchResults), undefined);
  return presented.slice(0, countFitting(presented));
}
