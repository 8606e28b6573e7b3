import { beforeEach, expect, test } from "vitest";
import { block } from "../support/blocks.ts";
import { call } from "../support/contract-client.ts";
import { forEachConcurrent, internals, keys } from "../support/internals.ts";
import { say } from "../support/messages.ts";
import { markRead, notificationsOf } from "../support/notifications.ts";
import { directRoom, groupRoom, type TestUser, three } from "../support/people.ts";
import { loseNotifications, rebuild } from "../support/rebuilt-notifications.ts";
import { plainMessage } from "../support/seeded.ts";

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;

beforeEach(async () => {
  [ann, ben, cid] = await three();
});

/**
 * Sends ben a notification of each kind: in rooms, of which he has muted one, and outside of rooms.
 */
async function addressBen(): Promise<void> {
  const [room, muted] = [await groupRoom(ann, [ben, cid]), await groupRoom(cid, [ben])];
  await call("updateNotifications", {
    token: ben.token,
    params: { room_id: muted },
    body: { enabled: false },
  });
  await say(cid, muted, `@${ben.username}, who has muted this`);
  await say(cid, muted, "Fire!", { priority: "emergency" });
  const { id: reply_to } = await say(ben, room, "Who comes?");
  await say(ann, room, `@${ben.username} I do`);
  await say(ann, room, `Or @${ben.username}.junior`);
  await say(cid, room, "So do I", { reply_to });
  for (const { token } of [ann, cid]) await call("createContact", { token, body: { user_id: ben.id } });
}

/** Rebuilds ben's notifications, and those of ann and cid. */
async function rebuildAll(): Promise<void> {
  for (const { id } of [ann, ben, cid]) await rebuild(id);
}

test("lost notifications are made again as they were: mentions, replies, emergencies, invitations, contacts", async () => {
  await addressBen();
  const before = await notificationsOf(ben);
  const types = ["contact_request", "contact_request", "message_reply", "mention", "mention"];
  expect(before.map(({ type }) => type)).toEqual(["emergency", ...types, "group_invite", "group_invite"]);
  await loseNotifications(ben);
  expect(await notificationsOf(ben)).toEqual([]);
  for (let time = 0; time < 2; time += 1) await rebuildAll();
  expect(await notificationsOf(ben)).toEqual(before);
});

test("a rebuild keeps notifications that their user has read or deleted as they are", async () => {
  await addressBen();
  const before = await notificationsOf(ben);
  const [first, second] = before;
  if (!first || !second) throw new Error("Ben was notified of eight things.");
  for (const { id } of [first, second])
    await call("deleteNotification", { token: ben.token, params: { notification_id: id } });
  await rebuildAll();
  expect(await notificationsOf(ben)).toEqual(before.slice(2));
  await call("markAllNotificationsRead", { token: ben.token });
  const read = await notificationsOf(ben);
  expect(read.every((one) => one.is_read)).toBe(true);
  await loseNotifications(ben);
  await rebuildAll();
  expect(await notificationsOf(ben)).toEqual(read);
});

test("a rebuild makes nothing of read, blocked, foreign and expired mentions", async () => {
  const room = await groupRoom(ann, [cid]);
  const mention = `@${ben.username}`;
  await say(ann, room, mention);
  await call("addParticipants", {
    token: ann.token,
    params: { room_id: room },
    body: { user_ids: [ben.id] },
  });
  const { seq } = await say(ann, room, mention);
  await markRead(ben, room, seq);
  await say(cid, room, mention);
  const old = await say(ann, room, mention);
  const { updateItem } = await internals.table();
  await updateItem(keys.message(room, old.seq), {
    set: { at: new Date(Date.now() - 91 * 24 * 60 * 60 * 1000).toISOString() },
    condition: "attribute_exists(pk)",
  });
  await block(ben, cid);
  await call("createContact", { token: cid.token, body: { user_id: ben.id } });
  await loseNotifications(ben);
  await rebuildAll();
  expect((await notificationsOf(ben)).map(({ type }) => type)).toEqual(["group_invite"]);
});

test("a contact who is added twice in a day is notified once, by a rebuild too", async () => {
  const add = () => call("createContact", { token: ann.token, body: { user_id: ben.id } });
  await add();
  const before = await notificationsOf(ben);
  await call("deleteContact", { token: ann.token, params: { contact_id: ben.id } });
  await add();
  await rebuildAll();
  expect(await notificationsOf(ben)).toEqual(before);
  await loseNotifications(ben);
  await rebuildAll();
  expect(await notificationsOf(ben)).toEqual(before);
});

test("a longer name that begins with a shorter one is not taken for it", async () => {
  const room = await groupRoom(ann, [ben, cid]);
  // The word behind the full stop belongs to the next sentence, as long as no user has this name.
  await say(ann, room, `@${ben.username}.See`);
  await say(ann, room, `@${ben.username}x, not ben`);
  const before = await notificationsOf(ben);
  expect(before.map(({ type }) => type)).toEqual(["new_message", "mention", "group_invite"]);
  await loseNotifications(ben);
  await rebuildAll();
  expect(await notificationsOf(ben)).toEqual(before);
});

test("a rebuild reads more messages than fit in one step in several", async () => {
  const room = await directRoom(ann, ben);
  const { seq } = await say(ann, room, `@${ben.username}`);
  const before = await notificationsOf(ben);
  const { putMessage } = await internals.messages();
  const { updateItem } = await internals.table();
  const at = new Date().toISOString();
  const further = Array.from({ length: 510 }, (_, index) => seq + 1 + index);
  await forEachConcurrent(further, 25, async (next) => {
    const place = { roomId: room, seq: next, senderId: cid.id, at };
    // The type makes no word be indexed.
    await putMessage({ ...plainMessage, ...place, type: "encrypted", content: "Later" });
  });
  await updateItem(keys.head(room), { set: { seq: further.at(-1) } });
  await loseNotifications(ben);
  await rebuild(ben.id);
  expect((await notificationsOf(ben)).filter(({ type }) => type === "mention")).toEqual(before);
});
