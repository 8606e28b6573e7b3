/** Calls that tests of marks share: they send messages, mark them as read, and read the result. */
import { call } from "./contract-client.ts";
import { say } from "./messages.ts";
import type { TestUser } from "./people.ts";
import type { SocketClient } from "./socket-client.ts";

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

/**
 * Returns the events of some types that a socket got, once everything that was posted before has
 * arrived.
 */
export async function eventsOf(socket: SocketClient, types: readonly string[]) {
  await socket.request({ type: "ping" });
  return socket.events.filter((event) => types.includes(event.type));
}
