/** Who is told of a message that was posted to connections of theirs which had ended unnoticed. */
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

/** Sends, and has what follows find its receivers connected still: nobody knows better until the post is answered. */
async function sayAheadOfPost(room: string, content: string) {
  await injectFault({ kind: "delay", service: "execute-api", delay_ms: 1500 });
  return say(ann, room, content);
}

function pushed() {
  return browser.pushed.map(({ content }) => [content.type, content.body]);
}

test("of a new message, once, as of one to somebody offline", async () => {
  const room = await directRoom(ann, ben);
  const { timestamp } = await say(ann, room, "Hello");
  await markRead(ben, room);
  await clearNotifications(ben);
  await leaveDead(ben.id, timestamp, 2);
  const before = browser.pushed.length;
  await sayAheadOfPost(room, "Call me");
  expect(await notificationsOf(ben)).toMatchObject([
    { type: "new_message", message: { content: "Call me" }, count: 1, is_read: false },
  ]);
  await say(ann, room, "Please");
  expect(await notificationsOf(ben)).toMatchObject([{ message: { content: "Call me" }, count: 2 }]);
  expect(pushed().slice(before)).toEqual([["new_message", "Call me"]]);
});

const cannotForget = [
  { kind: "crash", times: 1, answers: [500, 200] },
  // As often as the SDK tries.
  { kind: "throttle", times: 5, answers: [201] },
] as const;
for (const { kind, times, answers } of cannotForget)
  test(`once, where the function that posted it meets a ${kind} when it forgets the connection`, async () => {
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

test("by push of a mention, once, and not of what another connection got", async () => {
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
  await sayAheadOfPost(room, content);
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

test("of a message that was delivered through the queue", async () => {
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
  await sayAheadOfPost(room, "Call me");
  await until(async () => (await notificationsOf(ben)).length > 0, "ben is notified");
  expect(await notificationsOf(ben)).toMatchObject([
    { type: "new_message", message: { content: "Call me" }, count: 1 },
  ]);
});

test("a minute later, where the connection was so new that it might still have been opening", async () => {
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

test("of a page that comes again for one of their connections, though another one was left out then", async () => {
  const room = await directRoom(ann, ben);
  const socket = await connect(ben);
  const message = await say(ann, room, "Call me");
  expect(await notificationsOf(ben)).toEqual([]);
  await socket.close();
  await leaveDead(ben.id, message.timestamp, 2, 0);
  await injectFault({
    ...{ kind: "throttle", service: "execute-api", function: "fanOut", pk: "gone-1=" },
    // As often as the SDK tries.
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

test("not of one that a connection missed while it was opening, which is open by then", async () => {
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
