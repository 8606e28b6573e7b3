/** What tests of marks do again and again: say something, mark it, and look at what was told. */
import { call } from "./contract-client.ts";
import { directRoom, groupRoom, type TestUser, three, two } from "./people.ts";
import type { SocketClient } from "./socket-client.ts";

export async function pair(): Promise<{ ann: TestUser; ben: TestUser; roomId: string }> {
  const [ann, ben] = await two();
  return { ann, ben, roomId: await directRoom(ann, ben) };
}

export async function trio() {
  const [ann, ben, cid] = await three();
  return { ann, ben, cid, roomId: await groupRoom(ann, [ben, cid]) };
}

export function say(user: TestUser, roomId: string, content = "Hello") {
  return call("sendMessage", { token: user.token, params: { room_id: roomId }, body: { content } });
}

export async function sayMany(user: TestUser, roomId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 1; at <= count; at += 1) ids.push((await say(user, roomId, `m${at}`)).id);
  return ids;
}

export function markRoom(user: TestUser, roomId: string, body?: object) {
  return call("markRoomRead", { token: user.token, params: { room_id: roomId }, ...(body && { body }) });
}

export function markOne(user: TestUser, roomId: string, messageId: string) {
  return call("markMessageRead", { token: user.token, params: { room_id: roomId, message_id: messageId } });
}

export function roomOf(user: TestUser, roomId: string) {
  return call("getRoom", { token: user.token, params: { room_id: roomId } });
}

export async function messagesOf(user: TestUser, roomId: string) {
  return (await call("listMessages", { token: user.token, params: { room_id: roomId } })).results;
}

/** Everything of some types that a socket has got, after all that was posted before has arrived. */
export async function eventsOf(socket: SocketClient, types: readonly string[]) {
  await socket.request({ type: "ping" });
  return socket.events.filter((event) => types.includes(event.type));
}
