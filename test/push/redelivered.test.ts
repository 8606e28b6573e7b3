import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { afterSeconds, emptyQueues } from "../support/background.ts";
import { block } from "../support/blocks.ts";
import { subscribe } from "../support/browsers.ts";
import { call } from "../support/contract-client.ts";
import { say } from "../support/messages.ts";
import { clearNotifications, markRead, notificationsOf } from "../support/notifications.ts";
import { groupRoom, type TestUser, three } from "../support/people.ts";
import { type Browser, startPushService } from "../support/push-service.ts";

const service = await startPushService();
afterAll(() => service.close());

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;
let room: string;
let browser: Browser;

beforeEach(async () => {
  [ann, ben, cid] = await three();
  room = await groupRoom(ann, [ben, cid]);
  await clearNotifications(ben);
  browser = await subscribe(service, ben);
});
afterEach(emptyQueues);

const endings: Record<string, (message_id: string) => Promise<unknown>> = {
  "is deleted": (message_id) =>
    call("deleteMessage", { token: ann.token, params: { room_id: room, message_id } }),
  "is of a sender who is blocked by then": () => block(ben, ann),
};

describe("if the first unread message of a room", () => {
  for (const [what, end] of Object.entries(endings))
    test(`${what}, the next one is pushed and listed in its place`, async () => {
      browser.reply({ status: 503, headers: { "retry-after": "60" } });
      const first = await say(ann, room, "Oops");
      await afterSeconds(0);
      await end(first.id);
      const next = await say(cid, room, "Call me");
      await say(cid, room, "Please");
      await afterSeconds(61);
      expect(browser.pushed).toMatchObject([
        { content: { type: "new_message", body: "Call me", message_id: next.id } },
      ]);
      expect(browser.requests).toBe(2);
      const expected = {
        actor: { id: cid.id },
        message: { id: next.id, content: "Call me", is_read: false },
      };
      const [notification, ...others] = await notificationsOf(ben);
      expect(notification).toMatchObject({ type: "new_message", is_read: false, ...expected });
      expect(others).toEqual([]);
      const params = { notification_id: notification?.id ?? "" };
      expect(await call("markNotificationRead", { token: ben.token, params })).toMatchObject(expected);
      await markRead(ben, room);
      expect(await notificationsOf(ben)).toMatchObject([{ is_read: true, message: { id: first.id } }]);
    });

  test("is deleted, and no other is visible, nothing is pushed, and its place is listed", async () => {
    browser.reply({ status: 503, headers: { "retry-after": "60" } });
    const said = [await say(ann, room, "One"), await say(ann, room, "Two")];
    await afterSeconds(0);
    for (const { id } of said) await endings["is deleted"]?.(id);
    await afterSeconds(61);
    expect(browser.requests).toBe(1);
    expect(await notificationsOf(ben)).toMatchObject([
      { actor: { id: ann.id }, message: { id: said[0]?.id, content: "", is_deleted: true } },
    ]);
    // The next message notifies, since the others never did.
    await say(cid, room, "Three");
    await say(cid, room, "Four");
    await afterSeconds(0);
    expect(browser.pushed).toMatchObject([{ content: { body: "Three" } }]);
    expect((await notificationsOf(ben)).map(({ is_read }) => is_read)).toEqual([false, true]);
  });
});
