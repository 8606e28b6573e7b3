import { beforeEach, describe, expect, test } from "vitest";
import { afterSeconds } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { metered, meteredWithStream } from "../support/control.ts";
import { internals, keys } from "../support/internals.ts";
import { say } from "../support/messages.ts";
import { markRead, notificationsOf, typesOf } from "../support/notifications.ts";
import { actAsFunction } from "../support/operator.ts";
import { directRoom, groupRoom, type TestUser, three } from "../support/people.ts";
import { closeAll, connect } from "../support/socket-client.ts";

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;

beforeEach(async () => {
  [ann, ben, cid] = await three();
});

/**
 * Sends a message that is not indexed for search: the index would be written behind the stream,
 * too.
 */
function sayUnindexed(user: TestUser, room: string, content: string) {
  return say(user, room, content, { message_type: "encrypted" });
}

/** Returns the write and read units of the stream's function for some work. */
async function behind(work: () => Promise<unknown>): Promise<readonly number[]> {
  const { operations } = await meteredWithStream(async () => {
    await work();
    await afterSeconds(0);
  });
  const [, cost] = Object.entries(operations).find(([name]) => name.startsWith("stream tableStream")) ?? [];
  return [cost?.wru ?? 0, cost?.rru ?? 0];
}

describe("a new message", () => {
  test("notifies a member who is offline once for all unread messages", async () => {
    const room = await directRoom(ann, ben);
    const first = await say(ann, room, "Hello Ben");
    await notificationsOf(ben);
    await say(ann, room, "Are you there?");
    const [notification, ...others] = await notificationsOf(ben);
    expect(others).toEqual([]);
    expect(notification).toMatchObject({
      type: "new_message",
      room,
      message: { id: first.id, seq: 1, content: "Hello Ben", is_deleted: false, is_read: false },
      actor: { id: ann.id, email: ann.email },
      count: 2,
      is_read: false,
      created_at: first.timestamp,
    });
    expect(await notificationsOf(ann)).toEqual([]);
  });

  test("makes one notification of twenty concurrent messages, at the price of one", async () => {
    const room = await directRoom(ann, ben);
    const twenty = Array.from({ length: 20 }, (_, at) => `Message ${at}`);
    const [wru] = await behind(() => Promise.all(twenty.map((content) => sayUnindexed(ann, room, content))));
    expect(await notificationsOf(ben)).toMatchObject([{ type: "new_message", count: 20 }]);
    expect(wru).toBe(2);
  });

  test("is counted less as it is read elsewhere, and notifies again once all are read", async () => {
    const room = await directRoom(ann, ben);
    for (const content of ["One", "Two", "Three"]) await say(ann, room, content);
    const before = await notificationsOf(ben);
    expect(before).toMatchObject([{ count: 3, is_read: false }]);
    await markRead(ben, room, 2);
    expect(await notificationsOf(ben)).toMatchObject([{ id: before[0]?.id, count: 1, is_read: false }]);
    await markRead(ben, room);
    expect(await notificationsOf(ben)).toMatchObject([{ id: before[0]?.id, count: 0, is_read: true }]);
    await say(ann, room, "Four");
    expect(await notificationsOf(ben)).toMatchObject([
      { message: { content: "Four" }, count: 1, is_read: false },
      { id: before[0]?.id, count: 0, is_read: true },
    ]);
  });

  test("notifies anew after a part was read, and the later notification alone counts the unread messages", async () => {
    const room = await directRoom(ann, ben);
    for (const content of ["One", "Two", "Three"]) await say(ann, room, content);
    await notificationsOf(ben);
    await markRead(ben, room, 2);
    await say(ann, room, "Four");
    const [later, earlier] = await notificationsOf(ben);
    expect([later, earlier].map((one) => [one?.count, one?.is_read])).toEqual([
      [2, false],
      [0, true],
    ]);
    const params = { notification_id: later?.id ?? "" };
    await call("deleteNotification", { token: ben.token, params });
    expect(await notificationsOf(ben)).toEqual([earlier]);
  });

  test("notifies no connected member, unless the connection is for another room alone", async () => {
    const [room, other] = [await groupRoom(ann, [ben, cid]), await directRoom(ben, cid)];
    const [socket, elsewhere] = [await connect(ben), await connect(cid, { room_id: other })];
    await say(ann, room, "Hello");
    expect(await typesOf(ben)).toEqual(["group_invite"]);
    expect(await typesOf(cid)).toEqual(["new_message", "group_invite"]);
    await elsewhere.close();
    await closeAll(ben, [socket]);
    await say(ann, room, "And now?");
    expect((await notificationsOf(ben))[0]).toMatchObject({ type: "new_message", count: 2 });
  });

  test("costs two write units once, and nothing for each later one", async () => {
    const room = await directRoom(ann, ben);
    const sending = () => behind(() => sayUnindexed(ann, room, "Hello"));
    expect((await sending())[0]).toBe(2);
    expect(await sending()).toEqual([0, 0.5]);
    expect(await sending()).toEqual([0, 0.5]);
  });

  test("that is deleted or expired is shown without its content", async () => {
    const room = await directRoom(ann, ben);
    const message = await say(ann, room, "A secret");
    expect(await notificationsOf(ben)).toMatchObject([{ message: { content: "A secret" } }]);
    await call("deleteMessage", { token: ann.token, params: { room_id: room, message_id: message.id } });
    expect(await notificationsOf(ben)).toMatchObject([{ message: { content: "", is_deleted: true } }]);
    const another = await directRoom(ann, cid);
    await say(ann, another, "For a moment", { expires_in: 600 });
    expect(await notificationsOf(cid)).toMatchObject([{ message: { content: "For a moment" } }]);
    await afterSeconds(601);
    expect(await notificationsOf(cid)).toMatchObject([{ message: { content: "", is_deleted: true } }]);
  });
});

describe("a notification", () => {
  test("is no longer shown if its room was left or deleted, nor after its user joins again", async () => {
    const [left, deleted] = [await groupRoom(ann, [ben]), await groupRoom(ann, [ben])];
    for (const room of [left, deleted]) await say(ann, room, `@${ben.username}, look`);
    expect((await typesOf(ben)).sort()).toEqual(["group_invite", "group_invite", "mention", "mention"]);
    await call("deleteRoom", { token: ann.token, params: { room_id: deleted } });
    await call("leaveRoom", { token: ben.token, params: { room_id: left } });
    expect(await notificationsOf(ben)).toEqual([]);
    await call("addParticipants", {
      token: ann.token,
      params: { room_id: left },
      body: { user_ids: [ben.id] },
    });
    expect(await typesOf(ben)).toEqual(["group_invite"]);
  });

  test("is marked as read, and deleted, by itself", async () => {
    const room = await groupRoom(ann, [ben]);
    await say(ann, room, "Hello");
    const [message, invitation] = await notificationsOf(ben);
    const params = { notification_id: message?.id ?? "" };
    const marked = await call("markNotificationRead", { token: ben.token, params });
    expect(marked).toEqual({ ...message, is_read: true });
    expect(await call("markNotificationRead", { token: ben.token, params })).toEqual(marked);
    expect(await notificationsOf(ben)).toEqual([marked, invitation]);
    await say(ann, room, "Now?");
    const [next, ...earlier] = await notificationsOf(ben);
    expect(next).toMatchObject({ message: { content: "Now?" }, count: 2, is_read: false });
    expect(earlier).toEqual([{ ...marked, count: 0 }, invitation]);
    for (const { id } of [next, message].flatMap((one) => one ?? []))
      await call("deleteNotification", { token: ben.token, params: { notification_id: id } });
    expect(await notificationsOf(ben)).toEqual([invitation]);
    for (const operation of ["deleteNotification", "markNotificationRead"] as const)
      expect((await attempt(operation, { token: ben.token, params })).status, operation).toBe(404);
    // The message is still unread, and the next one notifies of both.
    await say(ann, room, "Still there?");
    expect(await notificationsOf(ben)).toMatchObject([
      { type: "new_message", message: { content: "Still there?" }, count: 3, is_read: false },
      { id: invitation?.id },
    ]);
  });

  test("of another user is not found", async () => {
    await say(ann, await directRoom(ann, ben), "Hello");
    const [{ id = "" } = {}] = await notificationsOf(ben);
    for (const operation of ["deleteNotification", "markNotificationRead"] as const)
      for (const notification_id of [id, "nothing"])
        expect((await attempt(operation, { token: cid.token, params: { notification_id } })).status).toBe(
          404,
        );
    expect(await notificationsOf(ben)).toHaveLength(1);
  });

  test("is read with all others, and later ones are not", async () => {
    const room = await groupRoom(ann, [ben]);
    await say(ann, room, "Hello");
    expect((await notificationsOf(ben)).map(({ is_read }) => is_read)).toEqual([false, false]);
    const counting = async () => {
      const { operations } = await metered(() => call("getUnreadNotificationCount", { token: ben.token }));
      return Object.values(operations)[0]?.rru;
    };
    const before = await counting();
    const answer = await call("markAllNotificationsRead", { token: ben.token });
    expect(answer).toEqual({ status: "marked as read" });
    // Ben's calls without the head and the membership of the room.
    expect(await counting()).toBe((before ?? 0) - 1);
    await say(ann, room, `@${ben.username}?`);
    expect((await notificationsOf(ben)).map(({ type, is_read }) => [type, is_read])).toEqual([
      ["mention", false],
      ["new_message", true],
      ["group_invite", true],
    ]);
    await say(ann, room, "And now?");
    expect((await notificationsOf(ben)).map(({ type, is_read }) => [type, is_read])).toEqual([
      ["new_message", false],
      ["mention", false],
      ["new_message", true],
      ["group_invite", true],
    ]);
  });

  test("is read with earlier ones of its room by one write, and the next message notifies again", async () => {
    const room = await directRoom(ann, ben);
    for (const content of ["One", "Two", "Three"]) {
      await markRead(ben, room);
      await say(ann, room, content);
      expect((await notificationsOf(ben))[0]).toMatchObject({ message: { content }, is_read: false });
    }
    const { operations } = await metered(() => call("markAllNotificationsRead", { token: ben.token }));
    // One unit for the membership, one for the time up to which all are read.
    expect(operations["PUT /api/chat/notifications/read-all"]?.wru).toBe(2);
    await say(ann, room, "Four");
    expect((await notificationsOf(ben))[0]).toMatchObject({ count: 2, is_read: false });
  });

  test("is listed with the others in pages, the newest first, after unread emergencies", async () => {
    const room = await groupRoom(ann, [ben]);
    await say(ann, room, "Fire!", { priority: "emergency" });
    for (const at of [1, 2, 3]) await say(ann, room, `@${ben.username} ${at}`);
    await afterSeconds(0);
    const page = (number: number) =>
      call("listNotifications", { token: ben.token, query: { page: number, page_size: 2 } });
    const pages = [await page(1), await page(2), await page(3)];
    expect(pages.map(({ count, results }) => [count, results.map((one) => one.message?.content)])).toEqual([
      [5, ["Fire!", `@${ben.username} 3`]],
      [5, [`@${ben.username} 2`, `@${ben.username} 1`]],
      [5, [undefined]],
    ]);
    expect([pages[0]?.previous, pages[2]?.next]).toEqual([null, null]);
    expect(new URL(pages[0]?.next ?? "").searchParams.get("page")).toBe("2");
    await markRead(ben, room);
    expect((await notificationsOf(ben)).map(({ type }) => type)).toEqual([
      ...["mention", "mention", "mention", "emergency"],
      "group_invite",
    ]);
  });

  test("is kept for ninety days", async () => {
    await say(ann, await directRoom(ann, ben), "Hello");
    const [{ id = "" } = {}] = await notificationsOf(ben);
    const key = keys.notification(ben.id, id);
    actAsFunction();
    const { getItem, updateItem } = await internals.table();
    const item = await getItem(key);
    const days = (Number(item?.expires_at) - Number(item?.recorded_at) / 1000) / (24 * 60 * 60);
    expect(Math.round(days)).toBe(90);
    // Changes the item to what it is by then: DynamoDB deletes it up to two days late.
    await updateItem(key, {
      set: { expires_at: Math.floor(Number(item?.recorded_at) / 1000) },
    });
    expect(await notificationsOf(ben)).toEqual([]);
    for (const operation of ["deleteNotification", "markNotificationRead"] as const)
      expect((await attempt(operation, { token: ben.token, params: { notification_id: id } })).status).toBe(
        404,
      );
  });
});
