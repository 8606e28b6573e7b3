/** Calls that most tests share: they send a message, name it in a call, and list messages. */
import type { OperationId } from "../../contract/operations.ts";
import { attempt, call } from "./contract-client.ts";
import { four, groupRoom, type TestUser } from "./people.ts";

/** Returns a group with its admin ann, the members ben and cid, and eve, who is not in it. */
export async function groupWithStranger() {
  const [ann, ben, cid, eve] = await four();
  return { ann, ben, cid, eve, roomId: await groupRoom(ann, [ben, cid]) };
}

type Sender = Pick<TestUser, "token">;

function sending(user: Sender, roomId: string, body: object) {
  return { token: user.token, params: { room_id: roomId }, body };
}

/** Sends a message, and returns it. Throws if it is refused. */
export function say(user: Sender, roomId: string, content = "Hello", further: object = {}) {
  return call("sendMessage", sending(user, roomId, { content, ...further }));
}

/** Sends a message, and returns the answer, whatever it is. */
export function trySay(user: Sender, roomId: string, content = "Hello", further: object = {}) {
  return attempt("sendMessage", sending(user, roomId, { content, ...further }));
}

/** Sends a file, and returns the answer, whatever it is. */
export function trySendFile(user: Sender, roomId: string, file_id: string, further: object = {}) {
  return attempt("sendMessage", sending(user, roomId, { file_id, ...further }));
}

/** Names a message. */
export interface Place {
  readonly id: string;
  readonly room: string;
}

/** Returns the input of a call about a message. */
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

export function remove(user: TestUser, message: Place) {
  return call("deleteMessage", about(user, message));
}

export async function statusOf(id: OperationId, input: object) {
  return (await attempt(id, input)).status;
}

export function list(user: TestUser, roomId: string, query: Record<string, string | number> = {}) {
  return call("listMessages", { token: user.token, params: { room_id: roomId }, query });
}
