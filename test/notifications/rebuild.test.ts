import { beforeEach, expect, test } from "vitest";
import { block, unblock } from "../support/blocks.ts";
import { call } from "../support/contract-client.ts";
import { say } from "../support/messages.ts";
import { clearNotifications, markRead, notificationsOf } from "../support/notifications.ts";
import { directRoom, groupRoom, type TestUser, three } from "../support/people.ts";
import { loseNotifications, rebuild, setNotifiedSeq, shownTo } from "../support/rebuilt-notifications.ts";
import { closeAll, connect } from "../support/socket-client.ts";

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;

beforeEach(async () => {
  [ann, ben, cid] = await three();
});

function lose(): Promise<void> {
  return loseNotifications(ben);
}
function setNotified(room: string, seq: number | undefined): Promise<void> {
  return setNotifiedSeq(ben, room, seq);
}
function shown() {
  return shownTo(ben);
}

const losses: Record<string, (room: string) => Promise<unknown>> = {
  "notifications are lost": lose,
  "the record in the membership is lost": (room) => setNotified(room, undefined),
  "both are lost": async (room) => {
    await lose();
    await setNotified(room, undefined);
  },
  "the recorded message does not exist": async (room) => {
    await lose();
    await setNotified(room, 1000);
  },
};

for (const [what, loseWhat] of Object.entries(losses)) {
  const known = what === "notifications are lost" || what === "the record in the membership is lost";
  const next = known ? "makes no other" : "notifies, since none may have done so";
  test(`if ${what}, an unread room is notified of once, and the next message ${next}`, async () => {
    const room = await directRoom(ann, ben);
    for (const content of ["One", "Two", "Three"]) await say(ann, room, content);
    expect(await shown()).toEqual([["new_message", "One", 3, false]]);
    await loseWhat(room);
    for (let time = 0; time < 2; time += 1) await rebuild(ben.id);
    expect(await shown()).toEqual([["new_message", "One", 3, false]]);
    await say(ann, room, "Four");
    expect(await shown()).toEqual(
      known
        ? [["new_message", "One", 4, false]]
        : [
            ["new_message", "Four", 4, false],
            ["new_message", "One", 0, true],
          ],
    );
    await markRead(ben, room);
    await say(ann, room, "Five");
    expect((await shown())[0]).toEqual(["new_message", "Five", 1, false]);
  });
}

for (const muted of [false, true])
  test(`if the recorded message does not exist in a read room${muted ? " that is muted" : ""}, the next message notifies`, async () => {
    const room = await directRoom(ann, ben);
    await say(ann, room, "One");
    await markRead(ben, room);
    await clearNotifications(ben);
    await setNotified(room, 50);
    const params = { room_id: room };
    if (muted) await call("updateNotifications", { token: ben.token, params, body: { enabled: false } });
    for (let time = 0; time < 2; time += 1) await rebuild(ben.id);
    if (muted) await call("updateNotifications", { token: ben.token, params, body: { enabled: true } });
    expect(await shown()).toEqual([]);
    await say(ann, room, "Two");
    expect(await shown()).toEqual([["new_message", "Two", 1, false]]);
  });

test("a rebuild keeps correct notifications: read, deleted, or of another kind", async () => {
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

test("a rebuild makes nothing of messages that came while their recipient was connected, and later ones notify", async () => {
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
  await lose();
  await setNotified(room, undefined);
  await rebuild(ben.id);
  expect(await shown()).toEqual([["new_message", "Unseen", 27, false]]);
});

test("a rebuild makes nothing of muted or deleted rooms, nor of messages of blocked users", async () => {
  const [muted, removed, direct] = [
    await groupRoom(ann, [ben]),
    await groupRoom(ann, [ben]),
    await directRoom(ann, ben),
  ];
  for (const room of [muted, removed, direct]) await say(ann, room, "Hello");
  await clearNotifications(ben);
  for (const room of [muted, removed, direct]) await setNotified(room, undefined);
  const params = { room_id: muted };
  await call("updateNotifications", { token: ben.token, params, body: { enabled: false } });
  await call("deleteRoom", { token: ann.token, params: { room_id: removed } });
  await block(ben, ann);
  await rebuild(ben.id);
  expect(await shown()).toEqual([]);
});

test("a notice of an earlier message than before is read with all others, and the next message notifies again", async () => {
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

test("while members chat, a rebuild notifies once of an unread room, and publishes nothing", async () => {
  const rooms = [await directRoom(ann, ben), await directRoom(cid, ben)];
  for (const room of rooms) await say(room === rooms[0] ? ann : cid, room, "First");
  await lose();
  for (const room of rooms) await setNotified(room, undefined);
  const saying = [ann, cid].flatMap((user, at) =>
    Array.from({ length: 10 }, (_, time) => say(user, rooms[at] ?? "", `Message ${time}`)),
  );
  await Promise.all([...saying, rebuild(ben.id), rebuild(ben.id)]);
  await rebuild(ben.id);
  const unread = (await shown()).filter(([, , , isRead]) => !isRead);
  expect(unread.map(([type, , count]) => [type, count])).toEqual([
    ["new_message", 11],
    ["new_message", 11],
  ]);
  const socket = await connect(ben);
  await lose();
  await rebuild(ben.id);
  expect(await shown()).toHaveLength(2);
  await socket.request({ type: "ping" });
  expect(socket.events.map(({ type }) => type)).not.toContain("notification");
  await socket.close();
});
