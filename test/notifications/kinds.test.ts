import { beforeEach, describe, expect, test } from "vitest";
import { afterSeconds } from "../support/background.ts";
import { block, unblock } from "../support/blocks.ts";
import { call } from "../support/contract-client.ts";
import { internals, keys, notificationId } from "../support/internals.ts";
import { say } from "../support/messages.ts";
import { notificationsOf, typesOf } from "../support/notifications.ts";
import { actAsFunction } from "../support/operator.ts";
import { directRoom, groupRoom, newUser, password, type TestUser, three } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;

beforeEach(async () => {
  [ann, ben, cid] = await three();
});

/** Returns a user's notifications of messages, the newest first: type and content. */
async function ofMessages(user: TestUser) {
  return (await notificationsOf(user)).flatMap(({ type, message }) =>
    message ? [[type, message.content]] : [],
  );
}

function settle(user: TestUser, room_id: string, body: object) {
  return call("updateNotifications", { token: user.token, params: { room_id }, body });
}

describe("a mention", () => {
  test("notifies the member who is named, connected or not, and no other", async () => {
    const [room, dana] = [await groupRoom(ann, [ben, cid]), await newUser("dana")];
    const socket = await connect(ben);
    const content = `Look, @${ben.username.toUpperCase()}. And @${dana.username}, @unknown, @${ann.username}`;
    await say(ann, room, content);
    expect(await ofMessages(ben)).toEqual([["mention", content]]);
    expect(await ofMessages(cid)).toEqual([["new_message", content]]);
    for (const user of [ann, dana]) expect(await notificationsOf(user)).toEqual([]);
    await socket.close();
  });

  test("is found in any script", async () => {
    const username = `José.山田_${ann.id.slice(0, 8)}`;
    const email = `jose-${ann.id}@example.com`;
    const { user } = await call("register", { body: { username, email, password } });
    const { access_token: token } = await call("login", { body: { email, password } });
    const jose = { ...ann, id: user.id, token };
    const room = await groupRoom(ann, [jose]);
    await say(ann, room, `（@${username.normalize("NFD").toUpperCase()}）`);
    expect(await typesOf(jose)).toEqual(["mention", "group_invite"]);
  });

  test("counts in the content of a new message, not if it is forwarded, encrypted or edited", async () => {
    const [room, from] = [await groupRoom(ann, [ben]), await groupRoom(ann, [])];
    const socket = await connect(ben);
    const original = await say(ann, from, `@${ben.username} forwarded`);
    const params = { room_id: from, message_id: original.id };
    await call("forwardMessage", { token: ann.token, params, body: { room_ids: [room] } });
    await say(ann, room, `@${ben.username} encrypted`, { message_type: "encrypted" });
    const edited = await say(ann, room, "Hello");
    await call("updateMessage", {
      token: ann.token,
      params: { room_id: room, message_id: edited.id },
      body: { content: `@${ben.username}` },
    });
    expect(await typesOf(ben)).toEqual(["group_invite"]);
    await socket.close();
  });
});

test("a reply notifies the sender of its original, unless it mentions that sender or is their own", async () => {
  const room = await groupRoom(ann, [ben, cid]);
  const { id: reply_to } = await say(ben, room, "Who comes?");
  await say(ann, room, "I do", { reply_to });
  await say(cid, room, `@${ben.username} me too`, { reply_to });
  await say(ben, room, "Good", { reply_to });
  expect(await ofMessages(ben)).toEqual([
    ["mention", `@${ben.username} me too`],
    ["message_reply", "I do"],
  ]);
});

describe("a member who has muted a room, or turned its notifications off", () => {
  const silences = [
    { enabled: false },
    { muted_until: new Date(Date.now() + 365 * 24 * 3600 * 1000).toISOString() },
  ];
  for (const silence of silences)
    test(`is notified of emergencies alone: ${Object.keys(silence)}`, async () => {
      const room = await groupRoom(ann, [ben]);
      await settle(ben, room, silence);
      const { id: reply_to } = await say(ben, room, "Quiet, please");
      await say(ann, room, "Hello");
      await say(ann, room, `@${ben.username}`);
      await say(ann, room, "Yes", { reply_to });
      await say(ann, room, `Fire, @${ben.username}!`, { priority: "emergency", reply_to });
      expect(await ofMessages(ben)).toEqual([["emergency", `Fire, @${ben.username}!`]]);
      await settle(ben, room, { enabled: true, muted_until: null });
      await say(ann, room, "All is well");
      expect(await ofMessages(ben)).toContainEqual(["new_message", "All is well"]);
    });
});

test("an emergency notifies all members, connected or not, and not its sender", async () => {
  const room = await groupRoom(ann, [ben, cid]);
  const socket = await connect(ben);
  await say(ann, room, "Fire!", { priority: "emergency" });
  for (const user of [ben, cid]) expect(await ofMessages(user)).toEqual([["emergency", "Fire!"]]);
  expect(await notificationsOf(ann)).toEqual([]);
  await socket.close();
});

test("an unread emergency is listed and counted, whatever came after it", async () => {
  const room = await groupRoom(ann, [ben]);
  const { timestamp } = await say(ann, room, "Fire!", { priority: "emergency" });
  await afterSeconds(0);
  actAsFunction();
  const { writeItems } = await internals.table();
  const item = (id: string) => ({
    ...keys.notification(ben.id, id),
    ...{ type: "contact_request", actor: ann.id, rebuilt: true },
    recorded_at: Date.parse(timestamp),
    expires_at: Math.floor(Date.parse(timestamp) / 1000) + 24 * 60 * 60,
  });
  const later = (at: number) => new Date(Date.parse(timestamp) + 60_000 + at).toISOString();
  const ids = Array.from({ length: 501 }, (_, at) => notificationId(later(at), `contact ${at}`));
  await writeItems(ids.map((id) => ({ put: item(id) })));
  const listed = await call("listNotifications", { token: ben.token, query: { page_size: 2 } });
  expect(listed.results.map(({ id, type }) => (type === "emergency" ? type : id))).toEqual([
    "emergency",
    ids.at(-1),
  ]);
  expect(await call("getUnreadNotificationCount", { token: ben.token })).toEqual({ unread_count: 501 });
  const params = { notification_id: listed.results[0]?.id ?? "" };
  await call("markNotificationRead", { token: ben.token, params });
  // Once read, its place in the list follows its time.
  const last = await call("listNotifications", { token: ben.token, query: { page: 501, page_size: 1 } });
  expect(last.results).toMatchObject([{ type: "emergency", is_read: true }]);
});

describe("two users of a block", () => {
  test("do not notify each other in shared rooms", async () => {
    const room = await groupRoom(ann, [ben, cid]);
    await block(ben, ann);
    for (const [speaker, other] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      const before = await notificationsOf(other);
      await say(speaker, room, "Hello");
      await say(speaker, room, `@${other.username}`);
      await say(speaker, room, "Fire!", { priority: "emergency" });
      expect(await notificationsOf(other)).toEqual(before);
    }
    // A message of another member notifies of all unread ones, the blocked user's included.
    await say(cid, room, "Hello");
    expect((await notificationsOf(ann))[0]).toMatchObject({ type: "new_message", actor: { id: cid.id } });
    await unblock(ben, ann);
    await say(ann, room, `@${ben.username}`);
    expect((await typesOf(ben))[0]).toBe("mention");
  });

  test("are not notified when one adds the other as a contact", async () => {
    await block(ben, ann);
    for (const [user, other] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      await call("createContact", { token: user.token, body: { user_id: other.id } });
      expect(await notificationsOf(other)).toEqual([]);
    }
  });
});

test("an added contact is notified once, and sees the address of a contact of their own", async () => {
  const add = (user: TestUser) => call("createContact", { token: user.token, body: { user_id: ben.id } });
  await directRoom(ben, cid);
  await add(ann);
  await add(ann);
  await add(cid);
  expect(await notificationsOf(ben)).toMatchObject([
    { type: "contact_request", room: null, message: null, actor: { id: cid.id, email: cid.email }, count: 1 },
    { type: "contact_request", room: null, message: null, actor: { id: ann.id, email: null }, count: 1 },
  ]);
  expect(await notificationsOf(ann)).toEqual([]);
});

test("a contact who is added again and again is notified once a day", async () => {
  const add = () => call("createContact", { token: ann.token, body: { user_id: ben.id } });
  const again = async () => {
    await call("deleteContact", { token: ann.token, params: { contact_id: ben.id } });
    await add();
  };
  await add();
  const [first, ...others] = await notificationsOf(ben);
  expect(others).toEqual([]);
  await again();
  expect(await notificationsOf(ben)).toEqual([first]);
  actAsFunction();
  const { updateItem } = await internals.table();
  // Changes the record to what it is a day later.
  await updateItem(keys.addedBy(ben.id, ann.id), {
    compute: { added_at: "added_at - :day" },
    condition: "attribute_exists(pk)",
    values: { day: 24 * 60 * 60 * 1000 },
  });
  await again();
  expect(await typesOf(ben)).toEqual(["contact_request", "contact_request"]);
});

test("a member added to a group is notified; its creator, a joiner, and members of a direct room are not", async () => {
  await directRoom(ann, ben);
  const group = await groupRoom(ann, [ben]);
  await call("addParticipants", {
    token: ann.token,
    params: { room_id: group },
    body: { user_ids: [ben.id, cid.id] },
  });
  const open = await call("createRoom", {
    token: ann.token,
    body: { room_type: "public", name: "Open", participant_ids: [] },
  });
  await call("joinRoom", { token: ben.token, params: { room_id: open.id } });
  for (const user of [ben, cid])
    expect(await notificationsOf(user)).toMatchObject([
      { type: "group_invite", room: group, message: null, actor: { id: ann.id, email: ann.email }, count: 1 },
    ]);
  expect(await notificationsOf(ann)).toEqual([]);
});
