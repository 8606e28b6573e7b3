/** What tests of marks do again and again: say something, mark it, and look at what was told. */
import { call } from "./contract-client.ts";
import { directRoom, groupRoom, type TestUser, three, two } from "./people.ts";
import type { SocketClient } from "./socket-client.ts";

export const pair = async (): Promise<{ ann: TestUser; ben: TestUser; roomId: string }> => {
  const [ann, ben] = await two();
  return { ann, ben, roomId: await directRoom(ann, ben) };
};

export const trio = async () => {
  const [ann, ben, cid] = await three();
  return { ann, ben, cid, roomId: await groupRoom(ann, [ben, cid]) };
};

export const say = (user: TestUser, roomId: string, content = "Hello") =>
  call("sendMessage", { token: user.token, params: { room_id: roomId }, body: { content } });

export const sayMany = async (user: TestUser, roomId: string, count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let at = 1; at <= count; at += 1) ids.push((await say(user, roomId, `m${at}`)).id);
  return ids;
};

export const markRoom = (user: TestUser, roomId: string, body?: object) =>
  call("markRoomRead", { token: user.token, params: { room_id: roomId }, ...(body && { body }) });

export const markOne = (user: TestUser, roomId: string, messageId: string) =>
  call("markMessageRead", { token: user.token, params: { room_id: roomId, message_id: messageId } });

export const roomOf = (user: TestUser, roomId: string) =>
  call("getRoom", { token: user.token, params: { room_id: roomId } });

export const messagesOf = async (user: TestUser, roomId: string) =>
  (await call("listMessages", { token: user.token, params: { room_id: roomId } })).results;

/** Everything of some types that a socket has got, after all that was posted before has arrived. */
export const eventsOf = async (socket: SocketClient, types: readonly string[]) => {
  await socket.request({ type: "ping" });
  return socket.events.filter((event) => types.includes(event.type));
};
