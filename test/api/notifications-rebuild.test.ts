import { beforeAll, beforeEach, expect, test } from "vitest";
import { keys } from "../../functions/data/keys.ts";
import { block, unblock } from "../support/blocks.ts";
import { call } from "../support/contract-client.ts";
import { clearNotifications, markRead, notificationsOf, say } from "../support/notifications.ts";
import { actAsFunction } from "../support/operator.ts";
import { directRoom, groupRoom, type TestUser, three } from "../support/people.ts";
import { closeAll, connect } from "../support/socket-client.ts";

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;

let rebuildAll: typeof import("../../functions/actions/rebuild-notifications.ts").rebuildNotifications;
let table: typeof import("../../functions/data/table.ts");

beforeAll(async () => {
  actAsFunction();
  ({ rebuildNotifications: rebuildAll } = await import("../../functions/actions/rebuild-notifications.ts"));
  table = await import("../../functions/data/table.ts");
});
beforeEach(async () => {
  [ann, ben, cid] = await three();
});

/** Rebuilds in as many steps as it takes where none has time for more than it must do. */
const rebuild = async (userId: string): Promise<void> => {
  let after: string | undefined;
  do after = await rebuildAll(userId, after, () => false);
  while (after !== undefined);
};

/** Loses all notifications of ben. */
const loseNotifications = async (): Promise<void> => {
  for (const { id } of await notificationsOf(ben)) await table.takeItem(keys.notification(ben.id, id));
};

/** Has ben's membership say that another message told him, or, with undefined, none. */
const tellBy = async (room: string, seq: number | undefined): Promise<void> => {
  await table.updateItem(keys.membership(room, ben.id), {
    UpdateExpression: seq === undefined ? "REMOVE notified_seq" : "SET notified_seq = :seq",
    ...(seq !== undefined && { ExpressionAttributeValues: { ":seq": seq } }),
  });
};

const shown = async () =>
  (await notificationsOf(ben)).map(({ type, message, count, is_read }) => [
    type,
    message?.content,
    count,
    is_read,
  ]);

const losses: Record<string, (room: string) => Promise<unknown>> = {
  "notifications are lost": loseNotifications,
  "what is noted with the membership is lost": (room) => tellBy(room, undefined),
  "both are lost": async (room) => {
    await loseNotifications();
    await tellBy(room, undefined);
  },
  "a message is noted that does not exist": async (room) => {
    await loseNotifications();
    await tellBy(room, 1000);
  },
};

for (const [what, lose] of Object.entries(losses))
  test(`where ${what}, an unread room is notified of once, and the next message makes no other`, async () => {
    const room = await directRoom(ann, ben);
    for (const content of ["One", "Two", "Three"]) await say(ann, room, content);
    expect(await shown()).toEqual([["new_message", "One", 3, false]]);
    await lose(room);
    for (let time = 0; time < 2; time += 1) await rebuild(ben.id);
    expect(await shown()).toEqual([["new_message", "One", 3, false]]);
    await say(ann, room, "Four");
    expect(await shown()).toEqual([["new_message", "One", 4, false]]);
    await markRead(ben, room);
    await say(ann, room, "Five");
    expect((await shown())[0]).toEqual(["new_message", "Five", 1, false]);
  });

for (const muted of [false, true])
  test(`where a message is noted that does not exist in a read room${muted ? " that is muted" : ""}, the next one is told of`, async () => {
    const room = await directRoom(ann, ben);
    await say(ann, room, "One");
    await markRead(ben, room);
    await clearNotifications(ben);
    await tellBy(room, 50);
    const params = { room_id: room };
    if (muted) await call("updateNotifications", { token: ben.token, params, body: { enabled: false } });
    for (let time = 0; time < 2; time += 1) await rebuild(ben.id);
    if (muted) await call("updateNotifications", { token: ben.token, params, body: { enabled: true } });
    expect(await shown()).toEqual([]);
    await say(ann, room, "Two");
    expect(await shown()).toEqual([["new_message", "Two", 1, false]]);
  });

test("what is right stays: what was read, deleted or told otherwise", async () => {
  const [read, deleted, mentioned] = [
    await directRoom(ann, ben),
    await directRoom(cid, ben),
    await groupRoom(ann, [ben]),
  ];
  await say(ann, read, "Read");
  await say(cid, deleted, "Deleted");
  await clearNotifications(ben);
  await say(ann, mentioned, `@${ben.username}`);
  await markRead(ben, read);
  const before = await shown();
  expect(before).toEqual([["mention", `@${ben.username}`, 1, false]]);
  await rebuild(ben.id);
  expect(await shown()).toEqual(before);
  await say(ann, mentioned, "And this");
  expect((await shown())[0]).toEqual(["new_message", "And this", 2, false]);
  await say(cid, deleted, "Again");
  expect((await shown())[0]).toEqual(["new_message", "Again", 2, false]);
});

test("nothing is made of what came while its receiver was there, and what came later is told of by itself", async () => {
  const room = await directRoom(ann, ben);
  const socket = await connect(ben);
  for (let time = 0; time < 26; time += 1) await say(ann, room, `Seen ${time}`);
  await rebuild(ben.id);
  expect(await shown()).toEqual([]);
  await closeAll(ben, [socket]);
  await rebuild(ben.id);
  expect(await shown()).toEqual([]);
  await say(ann, room, "Unseen");
  expect(await shown()).toEqual([["new_message", "Unseen", 27, false]]);
  await loseNotifications();
  await tellBy(room, undefined);
  await rebuild(ben.id);
  expect(await shown()).toEqual([["new_message", "Unseen", 27, false]]);
});

test("nothing is made of rooms that are muted or gone, nor of what blocked people said", async () => {
  const [muted, gone, direct] = [
    await groupRoom(ann, [ben]),
    await groupRoom(ann, [ben]),
    await directRoom(ann, ben),
  ];
  for (const room of [muted, gone, direct]) await say(ann, room, "Hello");
  await clearNotifications(ben);
  for (const room of [muted, gone, direct]) await tellBy(room, undefined);
  const params = { room_id: muted };
  await call("updateNotifications", { token: ben.token, params, body: { enabled: false } });
  await call("deleteRoom", { token: ann.token, params: { room_id: gone } });
  await block(ben, ann);
  await rebuild(ben.id);
  expect(await shown()).toEqual([]);
});

test("what is told by an earlier message than before is read with all others, and the next message notifies again", async () => {
  const room = await groupRoom(ann, [ben, cid]);
  const earlier = await block(ben, cid).then(() => say(cid, room, "Earlier"));
  const { id } = await say(ann, room, "Later");
  expect((await shown())[0]).toEqual(["new_message", "Later", 2, false]);
  await unblock(ben, cid);
  await call("deleteMessage", { token: ann.token, params: { room_id: room, message_id: id } });
  await rebuild(ben.id);
  expect((await notificationsOf(ben)).map(({ message }) => message?.id)).toContain(earlier.id);
  await call("markAllNotificationsRead", { token: ben.token });
  await say(ann, room, "Next");
  expect((await shown())[0]).toEqual(["new_message", "Next", 3, false]);
});

test("while chat goes on, an unread room is notified of once, and nobody is told on a socket", async () => {
  const rooms = [await directRoom(ann, ben), await directRoom(cid, ben)];
  for (const room of rooms) await say(room === rooms[0] ? ann : cid, room, "First");
  await loseNotifications();
  for (const room of rooms) await tellBy(room, undefined);
  const saying = [ann, cid].flatMap((user, at) =>
    Array.from({ length: 10 }, (_, time) => say(user, rooms[at] ?? "", `Message ${time}`)),
  );
  await Promise.all([...saying, rebuild(ben.id), rebuild(ben.id)]);
  await rebuild(ben.id);
  expect((await shown()).map(([type, , count, isRead]) => [type, count, isRead])).toEqual([
    ["new_message", 11, false],
    ["new_message", 11, false],
  ]);
  const socket = await connect(ben);
  await loseNotifications();
  await rebuild(ben.id);
  expect(await shown()).toHaveLength(2);
  await socket.request({ type: "ping" });
  expect(socket.events.map(({ type }) => type)).not.toContain("notification");
  await socket.close();
});

/** What addresses ben, each in a way of its own: in rooms of which he has muted one, and outside of rooms. */
const addressBen = async (): Promise<void> => {
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
};

/** Rebuilds ben's notifications, and those that others set off by themselves. */
const rebuildEverybody = async (): Promise<void> => {
  for (const { id } of [ann, ben, cid]) await rebuild(id);
};

test("what addressed somebody is made again as it was: mentions, replies, emergencies, invitations, contacts", async () => {
  await addressBen();
  const told = await notificationsOf(ben);
  const types = ["contact_request", "contact_request", "message_reply", "mention", "mention"];
  expect(told.map(({ type }) => type)).toEqual(["emergency", ...types, "group_invite", "group_invite"]);
  await loseNotifications();
  expect(await notificationsOf(ben)).toEqual([]);
  for (let time = 0; time < 2; time += 1) await rebuildEverybody();
  expect(await notificationsOf(ben)).toEqual(told);
});

test("what addressed somebody stays as it is where they have read, deleted or put it away", async () => {
  await addressBen();
  const told = await notificationsOf(ben);
  const [first, second] = told;
  if (!first || !second) throw new Error("Ben was told of eight things.");
  for (const { id } of [first, second])
    await call("deleteNotification", { token: ben.token, params: { notification_id: id } });
  await rebuildEverybody();
  expect(await notificationsOf(ben)).toEqual(told.slice(2));
  await call("markAllNotificationsRead", { token: ben.token });
  const read = await notificationsOf(ben);
  expect(read.every((one) => one.is_read)).toBe(true);
  await loseNotifications();
  await rebuildEverybody();
  expect(await notificationsOf(ben)).toEqual(read);
});

test("nothing is made of what addresses nobody who is to know: read, blocked, before they came, older than is kept", async () => {
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
  await table.updateItem(keys.message(room, old.seq), {
    UpdateExpression: "SET #at = :before",
    ConditionExpression: "attribute_exists(pk)",
    ExpressionAttributeNames: { "#at": "at" },
    ExpressionAttributeValues: { ":before": new Date(Date.now() - 91 * 24 * 60 * 60 * 1000).toISOString() },
  });
  await block(ben, cid);
  await call("createContact", { token: cid.token, body: { user_id: ben.id } });
  await loseNotifications();
  await rebuildEverybody();
  expect((await notificationsOf(ben)).map(({ type }) => type)).toEqual(["group_invite"]);
});

test("who is added as a contact twice in a day is notified once, by a rebuild too", async () => {
  const add = () => call("createContact", { token: ann.token, body: { user_id: ben.id } });
  await add();
  const told = await notificationsOf(ben);
  await call("deleteContact", { token: ann.token, params: { contact_id: ben.id } });
  await add();
  await rebuildEverybody();
  expect(await notificationsOf(ben)).toEqual(told);
});
