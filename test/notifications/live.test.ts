import { expect, test } from "vitest";
import type { Notification } from "../../contract/objects/notification.ts";
import { afterSeconds, doTask } from "../support/background.ts";
import { call } from "../support/contract-client.ts";
import { say } from "../support/messages.ts";
import { notificationsOf } from "../support/notifications.ts";
import { directRoom, groupRoom, three, two } from "../support/people.ts";
import { connect, type SocketClient } from "../support/socket-client.ts";

/** Returns the notifications that a socket got, once all changes before are processed. */
async function gotOn(socket: SocketClient): Promise<Notification[]> {
  await afterSeconds(0);
  await socket.request({ type: "ping" });
  return socket.events.flatMap((event) => (event.type === "notification" ? [event.notification] : []));
}

/** Returns their types. */
async function heardOn(socket: SocketClient): Promise<string[]> {
  return (await gotOn(socket)).map(({ type }) => type);
}

test("a notification is published to every connection as it is listed, except of new messages", async () => {
  const [ann, ben] = await two();
  const sockets = [await connect(ben), await connect(ben)];
  const room = await groupRoom(ann, [ben]);
  await say(ann, room, "Hello");
  const { id: reply_to } = await say(ben, room, "Who comes?");
  await say(ann, room, "I do", { reply_to });
  await say(ann, room, `@${ben.username}`);
  await call("createContact", { token: ann.token, body: { user_id: ben.id } });
  const listed = await notificationsOf(ben);
  const types = ["contact_request", "group_invite", "mention", "message_reply"];
  for (const socket of sockets) {
    expect((await heardOn(socket)).sort()).toEqual(types);
    for (const { id } of listed) {
      const event = socket.events.find((one) => one.type === "notification" && one.notification.id === id);
      const [one] = listed.filter((notification) => notification.id === id);
      expect(event).toEqual({ type: "notification", notification: one });
    }
    await socket.close();
  }
});

test("a connection of one room gets that room's notifications alone", async () => {
  const [ann, ben, cid] = await three();
  const [group, other] = [await groupRoom(ann, [ben]), await groupRoom(cid, [ben])];
  const direct = await directRoom(ann, ben);
  await afterSeconds(0);
  const ofGroup = await connect(ben, { room_id: group });
  const ofDirect = await connect(ben, { user_id: ann.id });
  await say(ann, group, `@${ben.username}`);
  await say(cid, other, `@${ben.username}`);
  await say(ann, direct, "Help!", { priority: "emergency" });
  await call("createContact", { token: ann.token, body: { user_id: ben.id } });
  expect(await heardOn(ofGroup)).toEqual(["mention"]);
  expect(await heardOn(ofDirect)).toEqual(["emergency"]);
  for (const socket of [ofGroup, ofDirect]) await socket.close();
});

test("an emergency reaches the sockets of members who have muted the room", async () => {
  const [ann, ben] = await two();
  const room = await groupRoom(ann, [ben]);
  await call("updateNotifications", {
    token: ben.token,
    params: { room_id: room },
    body: { enabled: false },
  });
  await afterSeconds(0);
  const socket = await connect(ben);
  await say(ann, room, `@${ben.username}`);
  await say(ann, room, "Fire!", { priority: "emergency" });
  const { notification } = await socket.next("notification");
  expect(notification).toMatchObject({
    type: "emergency",
    room,
    message: { content: "Fire!" },
    actor: { id: ann.id, email: ann.email },
    count: 1,
    is_read: false,
  });
  expect(await heardOn(socket)).toEqual(["emergency"]);
  await socket.close();
});

test("a notification shows no e-mail address of a sender who has left the room by then", async () => {
  const [ann, ben, cid] = await three();
  const room_id = await groupRoom(ann, [ben, cid]);
  const { seq } = await say(ann, room_id, `@${cid.username}`);
  const { seq: urgentSeq } = await say(ann, room_id, "Fire!", { priority: "emergency" });
  const invitation = (await notificationsOf(cid)).find(({ type }) => type === "group_invite");
  const tasks = [
    { task: "notify_invited", user_id: cid.id, added_by: ann.id, joined_at: invitation?.created_at },
    { task: "notify_unreached", seq, user_ids: [cid.id] },
    { task: "notify_emergency", seq: urgentSeq, chunk: 0 },
  ];
  const socket = await connect(cid);
  for (const task of tasks) await doTask({ ...task, room_id });
  await call("leaveRoom", { token: ann.token, params: { room_id } });
  for (const task of tasks) await doTask({ ...task, room_id });
  const got = await gotOn(socket);
  const types = ["group_invite", "mention", "emergency"];
  expect(got.map(({ type, actor }) => [type, actor.id, actor.email])).toEqual([
    ...types.map((type) => [type, ann.id, ann.email]),
    ...types.map((type) => [type, ann.id, null]),
  ]);
  expect(got.slice(-2).map(({ message }) => message?.sender.email)).toEqual([null, null]);
  await socket.close();
});
