import { beforeEach, expect, test } from "vitest";
import { processAgain } from "../support/background.ts";
import { block, unblock } from "../support/blocks.ts";
import { call } from "../support/contract-client.ts";
import { internals } from "../support/internals.ts";
import { say } from "../support/messages.ts";
import { clearNotifications, notificationsOf } from "../support/notifications.ts";
import { messageRecord } from "../support/operator.ts";
import { directRoom, groupRoom, type TestUser, three } from "../support/people.ts";
import { loseNotifications, rebuild, setNotifiedSeq, shownTo } from "../support/rebuilt-notifications.ts";

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;

beforeEach(async () => {
  [ann, ben, cid] = await three();
});

function shown() {
  return shownTo(ben);
}

test("messages from while a room was muted, or a sender blocked, are notified of, and the next one notifies nevertheless", async () => {
  const [muted, blocked] = [await groupRoom(ann, [ben]), await groupRoom(ann, [ben, cid])];
  await clearNotifications(ben);
  const mute = (enabled: boolean) =>
    call("updateNotifications", { token: ben.token, params: { room_id: muted }, body: { enabled } });
  await mute(false);
  await say(ann, muted, "While muted");
  await block(ben, cid);
  await say(cid, blocked, "While blocked");
  // Both are processed while the mute and the block last.
  expect(await shown()).toEqual([]);
  await mute(true);
  await unblock(ben, cid);
  await rebuild(ben.id);
  expect(await shown()).toEqual([
    ["new_message", "While blocked", 1, false],
    ["new_message", "While muted", 1, false],
  ]);
  for (const [user, room] of [
    [ann, muted],
    [cid, blocked],
  ] as const) {
    await say(user, room, "Later");
    expect((await shown())[0]).toEqual(["new_message", "Later", 2, false]);
  }
  expect((await shown()).slice(2)).toEqual([
    ["new_message", "While blocked", 0, true],
    ["new_message", "While muted", 0, true],
  ]);
});

test("a message that was edited into a mention notifies, and later messages notify of their room", async () => {
  const room = await groupRoom(ann, [ben]);
  await clearNotifications(ben);
  const { id } = await say(ann, room, "plain");
  await say(ann, room, "second");
  await call("updateMessage", {
    token: ann.token,
    params: { room_id: room, message_id: id },
    body: { content: `@${ben.username} plain, edited` },
  });
  const before = await shown();
  expect(before).toEqual([["new_message", `@${ben.username} plain, edited`, 2, false]]);
  await rebuild(ben.id);
  expect(await shown()).toEqual(before);
  await loseNotifications(ben);
  await rebuild(ben.id);
  await say(ann, room, "third");
  expect((await shown())[0]).toEqual(["new_message", "third", 3, false]);
});

test("a message that came after a dismissed notification is notified of again", async () => {
  const room = await directRoom(ann, ben);
  await say(ann, room, "One");
  await clearNotifications(ben);
  await say(ann, room, "Two");
  expect(await shown()).toEqual([["new_message", "Two", 2, false]]);
  await loseNotifications(ben);
  await setNotifiedSeq(ben, room, 1);
  const { dismissNotice } = await internals.unreadNotices();
  await dismissNotice(room, ben.id, 1);
  for (let time = 0; time < 2; time += 1) await rebuild(ben.id);
  expect(await shown()).toEqual([["new_message", "Two", 2, false]]);
});

test("notifications that were read with all others stay read, even if the message is processed again", async () => {
  const room = await groupRoom(ann, [ben]);
  const { seq } = await say(ann, room, `@${ben.username}`);
  await loseNotifications(ben);
  await rebuild(ben.id);
  expect((await shown()).map(([type, , , isRead]) => [type, isRead])).toContainEqual(["mention", false]);
  await call("markAllNotificationsRead", { token: ben.token });
  const read = await notificationsOf(ben);
  expect(read.every((one) => one.is_read)).toBe(true);
  await processAgain(await messageRecord(room, seq));
  expect(await notificationsOf(ben)).toEqual(read);
});

test("unread messages whose first one was deleted keep the notification that there is", async () => {
  const room = await directRoom(ann, ben);
  const { id } = await say(ann, room, "Deleted");
  await say(ann, room, "Left");
  const [notified] = await notificationsOf(ben);
  await call("deleteMessage", { token: ann.token, params: { room_id: room, message_id: id } });
  await rebuild(ben.id);
  expect((await notificationsOf(ben)).map((one) => [one.id, one.message?.content])).toEqual([
    [notified?.id, "Left"],
  ]);
});
