import { randomUUID } from "node:crypto";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { afterSeconds, emptyQueues, redrive, untilDeadLetters } from "../support/background.ts";
import { counts, subscribe } from "../support/browsers.ts";
import { call } from "../support/contract-client.ts";
import { clearFaults, injectFault, listFaults } from "../support/control.ts";
import { say } from "../support/messages.ts";
import { markRead, notificationsOf } from "../support/notifications.ts";
import { countMessages, operatorSqs, peekMessages, queueUrl } from "../support/operator.ts";
import { directRoom, type TestUser, two } from "../support/people.ts";
import { type Browser, startPushService } from "../support/push-service.ts";

const service = await startPushService();
afterAll(() => service.close());

let ann: TestUser;
let ben: TestUser;
let room: string;
let browser: Browser;

async function endpoints(): Promise<string[]> {
  return (await call("listPushSubscriptions", { token: ben.token })).results.map(({ endpoint }) => endpoint);
}

beforeEach(async () => {
  [ann, ben] = await two();
  room = await directRoom(ann, ben);
  browser = await subscribe(service, ben);
});
afterEach(async () => {
  await clearFaults();
  await emptyQueues();
});

describe("a push service that answers", () => {
  test("404 or 410 is not called again: the subscription is removed, and no other", async () => {
    const [second, third] = [await subscribe(service, ben), await subscribe(service, ben)];
    browser.reply({ status: 404 });
    second.reply({ status: 410 });
    await say(ann, room, "Hello");
    await afterSeconds(0);
    expect(await endpoints()).toEqual([third.subscription.endpoint]);
    await markRead(ben, room);
    await say(ann, room, "Again");
    await afterSeconds(400);
    expect([browser, second, third].map(counts)).toEqual([
      { requests: 1, pushed: 0 },
      { requests: 1, pushed: 0 },
      { requests: 2, pushed: 2 },
    ]);
  });

  test("nothing, because its name does not resolve, loses its subscription", async () => {
    // A label of more than 63 characters is no name, so that no resolver is asked.
    const endpoint = `https://${"a".repeat(64)}.org/${randomUUID()}`;
    const { keys: browserKeys } = service.newBrowser().subscription;
    await call("createPushSubscription", { token: ben.token, body: { endpoint, keys: browserKeys } });
    await say(ann, room, "Hello");
    await afterSeconds(0);
    expect(await endpoints()).toEqual([browser.subscription.endpoint]);
    expect(counts(browser)).toEqual({ requests: 1, pushed: 1 });
    expect(await countMessages("PushQueueUrl")).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test("503 with a time is called again then, once, and others do not get the push twice", async () => {
    const other = await subscribe(service, ben);
    browser.reply({ status: 503, headers: { "retry-after": "600" } });
    await say(ann, room, "Hello");
    // Longer than the pause that a failure has otherwise.
    await afterSeconds(500);
    expect([counts(browser), counts(other)]).toEqual([
      { requests: 1, pushed: 0 },
      { requests: 1, pushed: 1 },
    ]);
    await afterSeconds(101);
    expect(counts(browser)).toEqual({ requests: 2, pushed: 1 });
    await afterSeconds(1000);
    expect([counts(browser), counts(other)]).toEqual([
      { requests: 2, pushed: 1 },
      { requests: 1, pushed: 1 },
    ]);
    expect(await countMessages("PushQueueUrl")).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test("503 with no delay is called again after the pauses of any failure", async () => {
    browser.reply(...Array.from({ length: 4 }, () => ({ status: 503, headers: { "retry-after": "0" } })));
    await say(ann, room, "Hello");
    const requests: number[] = [];
    for (const seconds of [0, 5, 20, 80, 320]) {
      await afterSeconds(seconds);
      requests.push(browser.requests);
    }
    expect(requests).toEqual([1, 2, 3, 4, 5]);
    expect(browser.pushed).toHaveLength(1);
  });

  test("429 with a time a day later is called again after a quarter of an hour", async () => {
    browser.reply({ status: 429, headers: { "retry-after": "86400" } });
    await say(ann, room, "Hello");
    await afterSeconds(895);
    expect(counts(browser)).toEqual({ requests: 1, pushed: 0 });
    await afterSeconds(6);
    expect(counts(browser)).toEqual({ requests: 2, pushed: 1 });
  });

  test("413 gets a shorter push at once, and nothing more if that is too large as well", async () => {
    browser.reply({ status: 413 });
    const message = await say(ann, room, "Hello");
    await afterSeconds(0);
    expect(browser.pushed).toMatchObject([
      { content: { type: "new_message", room, message_id: message.id, title: "", body: "" } },
    ]);
    await markRead(ben, room);
    browser.reply({ status: 413 }, { status: 413 });
    await say(ann, room, "Again");
    await afterSeconds(400);
    expect(counts(browser)).toEqual({ requests: 4, pushed: 1 });
  });

  test("any other status causes no redirect and no second call, and keeps its subscription", async () => {
    const replies = [
      { status: 400 },
      { status: 403 },
      { status: 302, headers: { location: "/elsewhere" } },
      { status: 307, headers: { location: `${service.origin}/elsewhere` } },
    ];
    const others = await Promise.all(replies.map(() => subscribe(service, ben)));
    for (const [at, reply] of replies.entries()) others[at]?.reply(reply);
    await say(ann, room, "Hello");
    await afterSeconds(400);
    expect(others.map(counts)).toEqual(replies.map(() => ({ requests: 1, pushed: 0 })));
    expect(counts(browser)).toEqual({ requests: 1, pushed: 1 });
    expect(await endpoints()).toHaveLength(5);
    expect(await countMessages("PushDeadLettersUrl")).toMatchObject({ visible: 0 });
  });
});

describe("a push that fails", () => {
  test("is tried five times, then kept, and sent after redrive", async () => {
    browser.reply(...Array.from({ length: 5 }, () => ({ status: 500 })));
    await say(ann, room, "Hello secret world");
    await untilDeadLetters("PushDeadLettersUrl", 1);
    expect(counts(browser)).toEqual({ requests: 5, pushed: 0 });
    const [notification] = await notificationsOf(ben);
    expect(await peekMessages("PushDeadLettersUrl")).toEqual([
      {
        push: "browser",
        user_id: ben.id,
        notification_id: notification?.id,
        subscription_id: expect.any(String),
      },
    ]);
    const shown = await redrive("--queue", "push");
    expect(shown.output).toContain("push: 1 dead letter\n");
    expect(shown.output).toContain(`push browser, user_id ${ben.id}, notification_id ${notification?.id}`);
    expect(await redrive("--run")).toMatchObject({
      code: 0,
      output: expect.stringContaining("push: 1 dead letter put back"),
    });
    await afterSeconds(0);
    expect(browser.pushed).toMatchObject([{ content: { body: "Hello secret world" } }]);
  });

  test("because the service is down is tried again", async () => {
    const down = await startPushService();
    const lost = down.newBrowser();
    await call("createPushSubscription", { token: ben.token, body: lost.subscription });
    await down.close();
    await say(ann, room, "Hello");
    await afterSeconds(0);
    // The service may come back: the push stays in the queue, and the subscription in the list.
    expect(await countMessages("PushQueueUrl")).toMatchObject({ inFlight: 1 });
    expect(await endpoints()).toHaveLength(2);
    expect(counts(browser)).toEqual({ requests: 1, pushed: 1 });
  });

  test("because the function ends in the midst is delivered again", async () => {
    await injectFault({
      kind: "crash",
      service: "dynamodb",
      action: "GetItem",
      sk: "NOTIF#",
      function: "push",
    });
    await say(ann, room, "Hello");
    await afterSeconds(181);
    expect((await listFaults())[0]).toMatchObject({ hits: 1 });
    expect(counts(browser)).toEqual({ requests: 1, pushed: 1 });
  });

  test("because the queue does not take it is queued by a retry", async () => {
    await injectFault({
      kind: "throttle",
      service: "sqs",
      action: "SendMessageBatch",
      pk: queueUrl("PushQueueUrl").split("/").at(-1) ?? "",
      times: 4,
    });
    await say(ann, room, "Hello");
    await afterSeconds(6);
    expect((await listFaults())[0]).toMatchObject({ hits: 4 });
    expect(browser.pushed).toMatchObject([{ content: { body: "Hello" } }]);
  });

  test("is given up if no version knows it, or if it is no push, and delays no other", async () => {
    const bodies = ['{"push":"browser","user_id":"x"}', '{"push":"pigeon"}', "no push"];
    for (const MessageBody of bodies)
      await operatorSqs().send(new SendMessageCommand({ QueueUrl: queueUrl("PushQueueUrl"), MessageBody }));
    await say(ann, room, "Hello");
    await afterSeconds(0);
    expect(counts(browser)).toEqual({ requests: 1, pushed: 1 });
    await untilDeadLetters("PushDeadLettersUrl", bodies.length);
  });
});
