/** What tests of messages do again and again: say something, name a message, and look at what is there. */
import type { OperationId } from "../../contract/operations.ts";
import { attempt, call } from "./contract-client.ts";
import { four, groupRoom, type TestUser } from "./people.ts";

/** A group with its admin, who made it, two members, and somebody who is not in it. */
export async function groupWithStranger() {
  const [ann, ben, cid, eve] = await four();
  return { ann, ben, cid, eve, roomId: await groupRoom(ann, [ben, cid]) };
}

export function say(user: TestUser, roomId: string, content: string, more: object = {}) {
  return call("sendMessage", { token: user.token, params: { room_id: roomId }, body: { content, ...more } });
}

/** Where a message is. */
export interface Place {
  readonly id: string;
  readonly room: string;
}

/** What to call about a message, as somebody. */
export function about(user: TestUser, { id, room }: Place, more: object = {}) {
  return {
    token: user.token,
    params: { room_id: room, message_id: id },
    ...more,
  };
}

export function edit(user: TestUser, message: Place, content: string) {
  return call("updateMessage", about(user, message, { body: { content } }));
}
export async function statusOf(id: OperationId, input: object) {
  return (await attempt(id, input)).status;
}
export function list(user: TestUser, roomId: string, query: Record<string, string | number> = {}) {
  return call("listMessages", { token: user.token, params: { room_id: roomId }, query });
}
