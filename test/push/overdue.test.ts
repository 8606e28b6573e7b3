import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { afterSeconds, emptyQueues } from "../support/background.ts";
import { block } from "../support/blocks.ts";
import { counts, subscribe } from "../support/browsers.ts";
import { call } from "../support/contract-client.ts";
import { say } from "../support/messages.ts";
import { markRead, notificationsOf } from "../support/notifications.ts";
import { countMessages } from "../support/operator.ts";
import { directRoom, type TestUser, two } from "../support/people.ts";
import { type Browser, startPushService } from "../support/push-service.ts";

const service = await startPushService();
afterAll(() => service.close());

let ann: TestUser;
let ben: TestUser;
let room: string;
let browser: Browser;

beforeEach(async () => {
  [ann, ben] = await two();
  room = await directRoom(ann, ben);
  browser = await subscribe(service, ben);
});
afterEach(emptyQueues);

describe("a push that is overdue when a service takes it", () => {
  const busy = { status: 503, headers: { "retry-after": "60" } };
  const overdue = async (): Promise<void> => {
    await afterSeconds(61);
    expect(counts(browser)).toEqual({ requests: 1, pushed: 0 });
    expect(await countMessages("PushQueueUrl")).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  };

  test("is not sent if the message was read", async () => {
    browser.reply(busy);
    await say(ann, room, "Hello");
    await afterSeconds(0);
    await markRead(ben, room);
    await overdue();
  });

  test("is not sent if the message was deleted", async () => {
    browser.reply(busy);
    const { id } = await say(ann, room, "Hello");
    await afterSeconds(0);
    await call("deleteMessage", { token: ann.token, params: { room_id: room, message_id: id } });
    await overdue();
  });

  test("is not sent if the room was muted, except for emergencies", async () => {
    browser.reply(busy);
    await say(ann, room, "Hello");
    await afterSeconds(0);
    const params = { room_id: room };
    await call("updateNotifications", { token: ben.token, params, body: { enabled: false } });
    await overdue();
    await say(ann, room, "Fire", { priority: "emergency" });
    await afterSeconds(0);
    expect(browser.pushed).toMatchObject([{ content: { type: "emergency" } }]);
  });

  for (const who of ["receiver", "sender"] as const)
    test(`is not sent if the ${who} has blocked the other`, async () => {
      browser.reply(busy);
      await say(ann, room, "Hello");
      await afterSeconds(0);
      await (who === "receiver" ? block(ben, ann) : block(ann, ben));
      await overdue();
    });

  test("is not kept by the service longer than a message that expires", async () => {
    await say(ann, room, "Gone in an hour", { expires_in: 3600 });
    await afterSeconds(0);
    const [{ ttl } = { ttl: 0 }] = browser.pushed;
    expect(ttl).toBeGreaterThan(3000);
    expect(ttl).toBeLessThanOrEqual(3600);
  });

  test("is not sent if the notification was deleted", async () => {
    browser.reply(busy);
    await say(ann, room, "Hello");
    const [{ id } = { id: "" }] = await notificationsOf(ben);
    await call("deleteNotification", { token: ben.token, params: { notification_id: id } });
    await overdue();
  });
});
