/**
 * Notifications of members whose connections had ended unnoticed when a message was posted to them.
 */
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { afterSeconds, emptyQueues, until } from "../support/background.ts";
import { subscribe } from "../support/browsers.ts";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, injectFault, listFaults } from "../support/control.ts";
import { leaveDead } from "../support/dead-connections.ts";
import { say } from "../support/messages.ts";
import { clearNotifications, markRead, notificationsOf } from "../support/notifications.ts";
import { actAsFunction, countMessages, operatorSqs, queueUrl } from "../support/operator.ts";
import { directRoom, groupRoom, newAccounts, type TestUser, three } from "../support/people.ts";
import { type Browser, startPushService } from "../support/push-service.ts";
import { connect } from "../support/socket-client.ts";

const service = await startPushService();
afterAll(() => service.close());
beforeAll(actAsFunction);

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;
let browser: Browser;

beforeEach(async () => {
  [ann, ben, cid] = await three();
  browser = await subscribe(service, ben);
});
afterEach(async () => {
  await clearFaults();
  await emptyQueues();
});

/**
 * Sends a message while its recipients still count as connected: a delay holds up the post that
 * would find their connections closed.
 */
async function sayBeforePost(room: string, content: string) {
  await injectFault({ kind: "delay", service: "execute-api", delay_ms: 1500 });
  return say(ann, room, content);
}

function pushed() {
  return browser.pushed.map(({ content }) => [content.type, content.body]);
}

test("a new message notifies a member with dead connections once, as if offline", async () => {
  const room = await directRoom(ann, ben);
  const { timestamp } = await say(ann, room, "Hello");
  await markRead(ben, room);
  await clearNotifications(ben);
  await leaveDead(ben.id, timestamp, 2);
  const before = browser.pushed.length;
  await sayBeforePost(room, "Call me");
  expect(await notificationsOf(ben)).toMatchObject([
    { type: "new_message", message: { content: "Call me" }, count: 1, is_read: false },
  ]);
  await say(ann, room, "Please");
  expect(await notificationsOf(ben)).toMatchObject([{ message: { content: "Call me" }, count: 2 }]);
  expect(pushed().slice(before)).toEqual([["new_message", "Call me"]]);
});

const cannotForget = [
  { kind: "crash", times: 1, answers: [500, 200] },
  // As many times as the SDK tries.
  { kind: "throttle", times: 5, answers: [201] },
] as const;
for (const { kind, times, answers } of cannotForget)
  test(`a member is notified once if the posting function meets a ${kind} when it removes the dead connection`, async () => {
    const room = await directRoom(ann, ben);
    const { timestamp } = await say(ann, room, "Hello");
    await markRead(ben, room);
    await clearNotifications(ben);
    await leaveDead(ben.id, timestamp);
    await injectFault({ kind: "delay", service: "execute-api", delay_ms: 1500 });
    await injectFault({
      kind,
      times,
      service: "dynamodb",
      action: "UpdateItem",
      pk: `USER#${ben.id}`,
      sk: "PRESENCE",
      function: "messages",
    });
    const body = { content: "Call me", client_message_id: "one" };
    for (const answer of answers)
      expect(
        await attempt("sendMessage", { token: ann.token, params: { room_id: room }, body }),
      ).toMatchObject({ status: answer });
    expect((await listFaults()).at(-1)).toMatchObject({ hits: times });
    expect(await notificationsOf(ben)).toMatchObject([{ message: { content: "Call me" }, count: 1 }]);
    expect((await call("getUser", { token: ann.token, params: { user_id: ben.id } })).is_online).toBe(false);
  });

test("a mention is pushed once to a member with a dead connection, and not to one who got the event", async () => {
  const room = await groupRoom(ann, [ben, cid]);
  const { timestamp } = await say(ann, room, "Hello", { message_type: "encrypted" });
  for (const user of [ben, cid]) {
    await markRead(user, room);
    await clearNotifications(user);
  }
  const before = browser.pushed.length;
  const socket = await connect(cid);
  await leaveDead(ben.id, timestamp);
  const content = `@${ben.username}, call me`;
  await sayBeforePost(room, content);
  expect(await notificationsOf(ben)).toMatchObject([{ type: "mention", message: { content } }]);
  expect(await notificationsOf(cid)).toEqual([]);
  await say(ann, room, "Please");
  await afterSeconds(0);
  expect(pushed().slice(before)).toEqual([
    ["mention", content],
    ["new_message", "Please"],
  ]);
  await socket.close();
});

test("a message delivered through the queue notifies a member with a dead connection", async () => {
  const others = await newAccounts(10);
  const { id: room } = await call("createRoom", {
    token: ann.token,
    body: { room_type: "group", name: "Ward", participant_ids: [ben.id, ...others] },
  });
  const { timestamp } = await say(ann, room, "Hello");
  await markRead(ben, room);
  await clearNotifications(ben);
  await leaveDead(ben.id, timestamp);
  for (const id of others) await leaveDead(id, timestamp, 20);
  await sayBeforePost(room, "Call me");
  await until(async () => (await notificationsOf(ben)).length > 0, "ben is notified");
  expect(await notificationsOf(ben)).toMatchObject([
    { type: "new_message", message: { content: "Call me" }, count: 1 },
  ]);
});

test("a member is notified a minute later if the connection was so new that it might still be opening", async () => {
  const room = await directRoom(ann, ben);
  const { timestamp } = await say(ann, room, "Hello");
  await markRead(ben, room);
  await clearNotifications(ben);
  const before = browser.pushed.length;
  await leaveDead(ben.id, timestamp, 2, 0);
  await say(ann, room, "Call me");
  expect(await notificationsOf(ben)).toEqual([]);
  await afterSeconds(60);
  expect(await notificationsOf(ben)).toMatchObject([
    { type: "new_message", message: { content: "Call me" }, count: 1 },
  ]);
  expect(pushed().slice(before)).toEqual([["new_message", "Call me"]]);
  expect((await call("getUser", { token: ann.token, params: { user_id: ben.id } })).is_online).toBe(false);
});

test("a redelivered page notifies for a connection that is tried again, though another was left out", async () => {
  const room = await directRoom(ann, ben);
  const socket = await connect(ben);
  const message = await say(ann, room, "Call me");
  expect(await notificationsOf(ben)).toEqual([]);
  await socket.close();
  await leaveDead(ben.id, message.timestamp, 2, 0);
  await injectFault({
    ...{ kind: "throttle", service: "execute-api", function: "fanOut", pk: "dead-1=" },
    // As many times as the SDK tries.
    times: 4,
  });
  const page = { room_id: room, user_ids: [ben.id], event: { type: "message", message } };
  await operatorSqs().send(
    new SendMessageCommand({
      QueueUrl: queueUrl("DeliveryQueueUrl"),
      MessageBody: JSON.stringify(page),
      MessageGroupId: room,
      MessageDeduplicationId: room,
    }),
  );
  await until(async () => (await listFaults())[0]?.hits === 4, "the first attempt");
  await afterSeconds(5);
  await until(async () => (await countMessages("DeliveryQueueUrl")).inFlight === 0, "the second attempt");
  await afterSeconds(60);
  expect(await notificationsOf(ben)).toMatchObject([{ message: { content: "Call me" } }]);
});

test("a message that a connection missed while it was opening does not notify if it is open by then", async () => {
  const room = await directRoom(ann, ben);
  const socket = await connect(ben);
  const { seq } = await say(ann, room, "Hello");
  const connection_ids = (await call("listActiveSessions", { token: ben.token })).map(
    (one) => one.session_id,
  );
  const task = { task: "notify_unreached", room_id: room, seq, user_ids: [ben.id], connection_ids };
  await operatorSqs().send(
    new SendMessageCommand({ QueueUrl: queueUrl("TasksQueueUrl"), MessageBody: JSON.stringify(task) }),
  );
  expect(await notificationsOf(ben)).toEqual([]);
  const { id } = await say(ann, room, "There you are");
  await socket.until(
    (events) => events.some((event) => event.type === "message" && event.message.id === id),
    "The next message",
  );
  await socket.close();
});
