import type { Message } from "../../contract/objects/message.ts";
import { untilQuiet } from "./background.ts";
import { call } from "./contract-client.ts";
import type { TestUser } from "./people.ts";

type Query = Record<string, string | number>;

/** Waits until the stream is read: from then on, messages are found by what they say. */
export const untilIndexed = untilQuiet;

export function send(user: TestUser, room_id: string, content: string, further: object = {}) {
  return call("sendMessage", { token: user.token, params: { room_id }, body: { content, ...further } });
}

export function edit(user: TestUser, { room, id }: Message, content: string) {
  return call("updateMessage", {
    token: user.token,
    params: { room_id: room, message_id: id },
    body: { content },
  });
}

export function remove(user: TestUser, { room, id }: Message) {
  return call("deleteMessage", { token: user.token, params: { room_id: room, message_id: id } });
}

/** A page of what is found in a room. */
export function searchPage(user: TestUser, room_id: string, query: Query) {
  return call("searchRoomMessages", { token: user.token, params: { room_id }, query });
}

/** What the messages say that are found in a room, the newest first. */
export async function find(user: TestUser, room: string, q: string, filters: Query = {}): Promise<string[]> {
  return (await searchPage(user, room, { q, ...filters })).results.map(({ content }) => content);
}

/** What is found in all rooms. */
export async function findAnywhere(user: TestUser, q: string, filters: Query = {}): Promise<string[]> {
  return (await call("searchMessages", { token: user.token, query: { q, ...filters } })).map(
    ({ content }) => content,
  );
}

/** The query by which an answer's `Link` header goes on; undefined at the end. */
export function nextOf(headers: Headers): Record<string, string> | undefined {
  const link = /^<(.*)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
  return link === undefined ? undefined : Object.fromEntries(new URL(link).searchParams);
}
