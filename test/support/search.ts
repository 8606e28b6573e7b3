import { untilQuiet } from "./background.ts";
import { call } from "./contract-client.ts";
import type { TestUser } from "./people.ts";

type Query = Record<string, string | number>;

/** Waits until the stream is read: from then on the search finds all messages. */
export const untilIndexed = untilQuiet;

/** Returns a page of the messages that a search finds in a room. */
export function searchPage(user: TestUser, room_id: string, query: Query) {
  return call("searchRoomMessages", { token: user.token, params: { room_id }, query });
}

/** Returns the content of the messages that a search finds in a room, newest first. */
export async function find(user: TestUser, room: string, q: string, filters: Query = {}): Promise<string[]> {
  return (await searchPage(user, room, { q, ...filters })).results.map(({ content }) => content);
}

/** Returns the content of the messages that a search finds in all rooms. */
export async function findAnywhere(user: TestUser, q: string, filters: Query = {}): Promise<string[]> {
  return (await call("searchMessages", { token: user.token, query: { q, ...filters } })).map(
    ({ content }) => content,
  );
}

/** Returns the query of an answer's `Link` header; undefined at the end. */
export function nextOf(headers: Headers): Record<string, string> | undefined {
  const link = /^<(.*)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
  return link === undefined ? undefined : Object.fromEntries(new URL(link).searchParams);
}
