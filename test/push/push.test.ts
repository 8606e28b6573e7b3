import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { afterSeconds } from "../support/background.ts";
import { subscribe } from "../support/browsers.ts";
import { call } from "../support/contract-client.ts";
import { say } from "../support/messages.ts";
import { clearNotifications, markRead, notificationsOf } from "../support/notifications.ts";
import { directRoom, groupRoom, type TestUser, three } from "../support/people.ts";
import { type Browser, startPushService } from "../support/push-service.ts";
import { openSocket } from "../support/socket-client.ts";

const service = await startPushService();
afterAll(() => service.close());

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;
let browser: Browser;

beforeEach(async () => {
  [ann, ben, cid] = await three();
  browser = await subscribe(service, ben);
});

/** Returns the pushes that the browser got, once all changes before are processed. */
async function pushed(to: Browser = browser) {
  await afterSeconds(0);
  return to.pushed;
}
async function contents(to: Browser = browser) {
  return (await pushed(to)).map(({ content }) => content);
}

describe("a new message", () => {
  test("reaches a browser encrypted for it, signed with the key that it subscribed with", async () => {
    const room = await directRoom(ann, ben);
    const message = await say(ann, room, "Hello Ben, are you there? 😀");
    const [push, ...others] = await pushed();
    expect(others).toEqual([]);
    const [notification] = await notificationsOf(ben);
    expect(push?.content).toEqual({
      type: "new_message",
      notification_id: notification?.id,
      room,
      title: ann.username,
      body: "Hello Ben, are you there? 😀",
      count: 1,
      message_id: message.id,
      message_type: "text",
    });
    expect(push).toMatchObject({
      ttl: 86_400,
      urgency: "normal",
      topic: expect.stringMatching(/^[\w-]{32}$/),
    });
    const { public_key } = await call("getPushKey", { token: ben.token });
    expect(push?.token.key).toBe(public_key);
    const { aud, exp, sub } = push?.token.claims ?? {};
    expect(aud).toBe(service.origin);
    expect(sub).toMatch(/^https:\/\//);
    const sentAt = Date.parse(message.timestamp) / 1000;
    expect(exp).toBeGreaterThan(sentAt);
    expect(exp).toBeLessThanOrEqual(sentAt + 24 * 60 * 60);
  });

  test("is pushed once for all unread messages, and again after they are read", async () => {
    const room = await directRoom(ann, ben);
    for (const content of ["One", "Two", "Three"]) await say(ann, room, content);
    expect(await contents()).toMatchObject([{ body: "One" }]);
    await markRead(ben, room);
    await say(ann, room, "Four");
    expect(await contents()).toMatchObject([{ body: "One" }, { body: "Four", count: 1 }]);
    // The topic makes a push service keep only the newest push of a room.
    const topics = browser.pushed.map(({ topic }) => topic);
    expect(new Set(topics).size).toBe(1);
    await say(cid, await directRoom(cid, ben), "Hello");
    expect((await pushed()).at(-1)?.topic).not.toBe(topics[0]);
  });

  test("reaches all browsers of its recipient, and no other user's", async () => {
    const [second, others] = [await subscribe(service, ben), await subscribe(service, cid)];
    await say(ann, await directRoom(ann, ben), "Hello");
    for (const one of [browser, second]) expect(await contents(one)).toMatchObject([{ body: "Hello" }]);
    expect(await contents(others)).toEqual([]);
  });

  test("reaches no browser whose subscription was deleted", async () => {
    const { results } = await call("listPushSubscriptions", { token: ben.token });
    const params = { subscription_id: results[0]?.id ?? "" };
    await call("deletePushSubscription", { token: ben.token, params });
    await say(ann, await directRoom(ann, ben), "Hello");
    await afterSeconds(0);
    expect(browser.requests).toBe(0);
  });

  test("reaches the user who has logged in to the browser since, and not the one before", async () => {
    await call("createPushSubscription", { token: cid.token, body: browser.subscription });
    await say(ann, await directRoom(ann, ben), "For Ben");
    await say(ann, await directRoom(ann, cid), "For Cid");
    expect(await contents()).toMatchObject([{ body: "For Cid" }]);
  });

  test("is small in any script, and cut between characters", async () => {
    const texts = ["𝔘".repeat(4000), '"\\'.repeat(2000), "न्".repeat(2000), "a\u0001\n".repeat(1300)];
    for (const [at, text] of texts.entries()) {
      const room = await groupRoom(ann, [ben]);
      await clearNotifications(ben);
      await say(ann, room, text);
      const push = (await pushed()).at(-1);
      expect(push?.content.type, String(at)).toBe("new_message");
      expect(push?.size).toBeLessThan(3 * 1024);
      const body = String(push?.content.body);
      expect(body.isWellFormed()).toBe(true);
      expect([...body].length).toBeLessThanOrEqual(160);
      expect([...body].length).toBeGreaterThan(70);
    }
  });

  test("shows no text if it is encrypted for its recipient", async () => {
    const room = await directRoom(ann, ben);
    await say(ann, room, "c2VjcmV0", { message_type: "encrypted" });
    expect(await contents()).toMatchObject([{ body: "", message_type: "encrypted" }]);
  });

  test("of a room with a name shows the name", async () => {
    const room = await groupRoom(ann, [ben]);
    await say(ann, room, "Hello");
    const push = (await contents()).find(({ type }) => type === "new_message");
    expect(push).toMatchObject({ title: `${ann.username} · A group`, room });
  });
});

describe("a notification of another kind", () => {
  test("is pushed while its recipient is not connected", async () => {
    const room = await groupRoom(ann, [ben]);
    expect(await contents()).toMatchObject([
      { type: "group_invite", room, body: "", message_id: null, count: 1 },
    ]);
    await say(ann, room, `Where is @${ben.username}?`);
    expect((await contents()).at(-1)).toMatchObject({ type: "mention", body: `Where is @${ben.username}?` });
    await call("createContact", { token: cid.token, body: { user_id: ben.id } });
    expect((await pushed()).at(-1)).toMatchObject({
      content: { type: "contact_request", room: null, title: cid.username, body: "" },
      topic: undefined,
    });
  });

  test("is not pushed while its recipient is connected, except for emergencies", async () => {
    const room = await groupRoom(ann, [ben]);
    await pushed();
    const before = browser.requests;
    const socket = await openSocket({ token: ben.token });
    await say(ann, room, "Hello");
    await say(ann, room, `Where is @${ben.username}?`);
    await call("createContact", { token: cid.token, body: { user_id: ben.id } });
    await afterSeconds(0);
    expect(browser.requests).toBe(before);
    await say(ann, room, "Fire", { priority: "emergency" });
    expect((await pushed()).at(-1)).toMatchObject({
      content: { type: "emergency", body: "Fire" },
      urgency: "high",
      topic: undefined,
    });
    await socket.close();
  });

  test("is not pushed if the room is muted, except for emergencies", async () => {
    const room = await directRoom(ann, ben);
    const until = new Date(Date.now() + 365 * 24 * 60 * 60_000).toISOString();
    await call("updateNotifications", {
      token: ben.token,
      params: { room_id: room },
      body: { enabled: true, muted_until: until },
    });
    await say(ann, room, "Hello");
    await afterSeconds(0);
    expect(browser.requests).toBe(0);
    await say(ann, room, "Fire", { priority: "emergency" });
    expect(await contents()).toMatchObject([{ type: "emergency" }]);
  });
});
