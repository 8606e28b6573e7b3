/** Notifications that a rebuild makes again, or makes before the stream does. */
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { afterSeconds, emptyQueues, until, untilQuiet } from "../support/background.ts";
import { counts, subscribe } from "../support/browsers.ts";
import { call } from "../support/contract-client.ts";
import { clearFaults, injectFault } from "../support/control.ts";
import { internals, keys } from "../support/internals.ts";
import { say } from "../support/messages.ts";
import { notificationsOf } from "../support/notifications.ts";
import { actAsFunction } from "../support/operator.ts";
import { directRoom, groupRoom, type TestUser, two } from "../support/people.ts";
import { type Browser, startPushService } from "../support/push-service.ts";
import { connect, type SocketClient } from "../support/socket-client.ts";

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
afterEach(async () => {
  await clearFaults();
  await emptyQueues();
});

test("a lost notification that is made again is not pushed again", async () => {
  await say(ann, room, "Hello");
  const [{ id } = { id: "" }] = await notificationsOf(ben);
  actAsFunction();
  const { takeItem } = await internals.table();
  const { rebuildNotifications } = await internals.notificationsRebuild();
  await takeItem(keys.notification(ben.id, id));
  expect(await notificationsOf(ben)).toEqual([]);
  await rebuildNotifications(ben.id, undefined, () => true);
  expect(await notificationsOf(ben)).toMatchObject([{ type: "new_message", count: 1 }]);
  expect(counts(browser)).toEqual({ requests: 1, pushed: 1 });
});

/**
 * Returns the types of the present notifications, while the stream may still have something to add.
 */
async function listed(): Promise<string[]> {
  return (await call("listNotifications", { token: ben.token })).results.map(({ type }) => type).sort();
}

function typesOn({ events }: SocketClient): string[] {
  return events.flatMap((event) => (event.type === "notification" ? [event.notification.type] : []));
}

test("a notification that a rebuild makes before the stream does is pushed as any other, once", async () => {
  const group = await groupRoom(ann, [ben]);
  await afterSeconds(0);
  actAsFunction();
  const { rebuildNotifications } = await internals.notificationsRebuild();
  // Keeps the stream from its work for a while.
  await injectFault({ kind: "throttle", service: "dynamodb", function: "tableStream", times: 0 });
  await say(ann, room, "Hello");
  await say(ann, group, `@${ben.username}`);
  await rebuildNotifications(ben.id, undefined, () => true);
  expect(await listed()).toEqual(["group_invite", "mention", "new_message"]);
  const before = counts(browser);
  await clearFaults();
  await until(async () => browser.pushed.length === before.pushed + 2, "both are pushed");
  await untilQuiet();
  expect(counts(browser)).toEqual({ requests: before.requests + 2, pushed: before.pushed + 2 });
  expect(await listed()).toEqual(["group_invite", "mention", "new_message"]);
});

test("a notification that a rebuild makes before the stream does is published as any other", async () => {
  const group = await groupRoom(ann, [ben]);
  await afterSeconds(0);
  actAsFunction();
  const { rebuildNotifications } = await internals.notificationsRebuild();
  const socket = await connect(ben);
  await injectFault({ kind: "throttle", service: "dynamodb", function: "tableStream", times: 0 });
  const { id } = await say(ann, group, `@${ben.username}`);
  await rebuildNotifications(ben.id, undefined, () => true);
  expect(await listed()).toEqual(["group_invite", "mention"]);
  expect(typesOn(socket)).toEqual([]);
  await clearFaults();
  expect(await socket.next("notification")).toMatchObject({
    notification: { type: "mention", message: { id } },
  });
  await untilQuiet();
  await socket.request({ type: "ping" });
  expect(typesOn(socket)).toEqual(["mention"]);
  await socket.close();
});
