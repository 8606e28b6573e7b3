import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { afterSeconds } from "../support/background.ts";
import { call } from "../support/contract-client.ts";
import { clearFaults, injectFault, listFaults, readPublished } from "../support/control.ts";
import { say } from "../support/messages.ts";
import { notificationsOf } from "../support/notifications.ts";
import { directRoom, groupRoom, newUsers, type TestUser } from "../support/people.ts";
import { startPushService } from "../support/push-service.ts";
import { type RunnerProcess, startRunnerProcess } from "../support/runner-process.ts";
import { connect } from "../support/socket-client.ts";
import { setTarget } from "../support/target.ts";

let runner: RunnerProcess;
beforeAll(async () => {
  const props = ["-c", "notificationTopic=true", "-c", "pushToLoopback=true"];
  runner = await startRunnerProcess("--fresh", "--quiet", ...props);
  setTarget(runner.ready);
});
afterAll(() => runner.stop());

let ann: TestUser;
let ben: TestUser;
beforeEach(async () => {
  const [one, other] = await newUsers(2);
  if (!one || !other) throw new Error("Two users were asked for.");
  [ann, ben] = [one, other];
});
afterEach(clearFaults);

/** Returns the published notifications of a user, once all changes before are processed. */
async function publishedOf({ id }: TestUser, seconds = 0) {
  await afterSeconds(seconds);
  return (await readPublished()).filter(({ attributes }) => attributes.user_id?.value === id);
}

describe("with a topic", () => {
  test("every notification of an offline user is published to it, and pushed as well", async () => {
    const service = await startPushService();
    const browser = service.newBrowser();
    await call("createPushSubscription", { token: ben.token, body: browser.subscription });
    const room = await directRoom(ann, ben);
    const message = await say(ann, room, "Hello Ben");
    await say(ann, room, "Are you there?");
    const [published, ...others] = await publishedOf(ben);
    expect(others).toEqual([]);
    expect(published?.topic_arn).toBe(runner.ready.outputs.NotificationTopicArn);
    expect(published?.attributes).toEqual({
      type: { type: "String", value: "new_message" },
      user_id: { type: "String", value: ben.id },
    });
    const [notification] = await notificationsOf(ben);
    const content = JSON.parse(published?.message ?? "");
    expect(content).toEqual({
      user_id: ben.id,
      type: "new_message",
      notification_id: notification?.id,
      room,
      title: ann.username,
      body: "Hello Ben",
      count: expect.any(Number),
      message_id: message.id,
      message_type: "text",
    });
    const { user_id, count, ...same } = content;
    expect(browser.pushed).toMatchObject([{ content: same }]);
    await service.close();
  });

  test("a notification of a connected user is not published, except for emergencies", async () => {
    const room = await groupRoom(ann, [ben]);
    expect(await publishedOf(ben)).toMatchObject([{ attributes: { type: { value: "group_invite" } } }]);
    const socket = await connect(ben);
    await say(ann, room, `Hello @${ben.username}`);
    expect(await publishedOf(ben)).toHaveLength(1);
    await say(ann, room, "Fire", { priority: "emergency" });
    expect((await publishedOf(ben)).map(({ attributes }) => attributes.type?.value)).toEqual([
      "group_invite",
      "emergency",
    ]);
    await socket.close();
  });

  test("a notification that the topic does not take is published later, once", async () => {
    const room = await directRoom(ann, ben);
    await injectFault({ kind: "throttle", service: "sns", action: "Publish", function: "push", times: 4 });
    await say(ann, room, "Hello");
    expect(await publishedOf(ben)).toEqual([]);
    expect((await listFaults())[0]).toMatchObject({ hits: 4 });
    expect(await publishedOf(ben, 6)).toHaveLength(1);
    expect(await publishedOf(ben, 400)).toHaveLength(1);
  });
});
