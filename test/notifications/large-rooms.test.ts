import { beforeAll, expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import { metered } from "../support/control.ts";
import { leaveDead } from "../support/dead-connections.ts";
import { internals, keys } from "../support/internals.ts";
import { say } from "../support/messages.ts";
import { notificationsOf } from "../support/notifications.ts";
import { actAsFunction } from "../support/operator.ts";
import { groupRoom, type TestUser, three } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;
let room: string;

beforeAll(async () => {
  [ann, ben, cid] = await three();
  room = await groupRoom(ann, [ben, cid]);
  // Grows the room as its 201st member would. Cid then counts as a later member.
  actAsFunction();
  const { enterRoster, growRoster, leaveRoster } = await internals.rosterChanges();
  const { getFirstRoster } = await internals.rosters();
  const { addAllConnected } = await internals.connectedMembers();
  await growRoster(room, 1);
  const entry = (await getFirstRoster(room)).find(({ userId }) => userId === cid.id);
  if (!entry) throw new Error("There is no such member.");
  await leaveRoster(room, 0, entry);
  await enterRoster(room, 1, [entry]);
  await addAllConnected(room, 2);
});

/** Returns a user's notifications of messages, the newest first: type and content. */
async function ofMessages(user: TestUser) {
  return (await notificationsOf(user)).flatMap(({ type, message }) =>
    message ? [[type, message.content]] : [],
  );
}

test("in a large room mentions, replies and emergencies notify, and new messages do not", async () => {
  const { id: reply_to } = await say(ben, room, "Who comes?");
  await say(ann, room, "I do", { reply_to });
  await say(ann, room, `And @${cid.username}`);
  expect(await ofMessages(ben)).toEqual([["message_reply", "I do"]]);
  expect(await ofMessages(cid)).toEqual([["mention", `And @${cid.username}`]]);

  const socket = await connect(cid);
  await say(ann, room, "Fire!", { priority: "emergency" });
  for (const user of [ben, cid]) expect((await ofMessages(user))[0]).toEqual(["emergency", "Fire!"]);
  expect(await ofMessages(ann)).toEqual([]);
  expect((await socket.next("notification")).notification).toMatchObject({ type: "emergency", room });
  await socket.close();

  const notified = await notificationsOf(ben);
  const { rebuildNotifications } = await internals.notificationsRebuild();
  const { takeItem } = await internals.table();
  for (const { id } of notified) await takeItem(keys.notification(ben.id, id));
  expect(await notificationsOf(ben)).toEqual([]);
  await rebuildNotifications(ben.id, undefined, () => true);
  expect(await notificationsOf(ben)).toEqual(notified);

  await call("leaveRoom", { token: ben.token, params: { room_id: room } });
  expect(await notificationsOf(ben)).toEqual([]);
});

test("a message that meets only a dead connection sends no task, if it would notify no member", async () => {
  const socket = await connect(cid);
  const { timestamp } = await say(ann, room, "Hello");
  await leaveDead(cid.id, timestamp);
  const { operations } = await metered(() => say(ann, room, "Is anybody there?"));
  expect(Object.values(operations)).toMatchObject([{ posts: 1, sqs_calls: 0 }]);
  await socket.close();
});
