/**
 * Handlers of the stream that end in the midst of notifying of a message, a contact or an
 * invitation, or run twice.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { afterSeconds, emptyQueues, processAgain } from "../support/background.ts";
import { call } from "../support/contract-client.ts";
import { clearFaults, type FaultSpec, injectFault, listFaults } from "../support/control.ts";
import { internals } from "../support/internals.ts";
import { say } from "../support/messages.ts";
import { markRead, notificationsOf, typesOf } from "../support/notifications.ts";
import { actAsFunction, messageRecord } from "../support/operator.ts";
import { directRoom, groupRoom, type TestUser, three } from "../support/people.ts";
import { find } from "../support/search.ts";
import { closeAll, connect } from "../support/socket-client.ts";

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;

beforeEach(async () => {
  [ann, ben, cid] = await three();
  await afterSeconds(0);
});
afterEach(async () => {
  await clearFaults();
  await emptyQueues();
});

type Fault = Pick<FaultSpec, "action" | "sk"> & { readonly service?: FaultSpec["service"] };

const claim: Fault = { action: "UpdateItem", sk: "MEMBER#" };
const put: Fault = { action: "PutItem", sk: "NOTIF#" };

/** Makes a call of a stream handler fail during some work, and checks that it did by the end. */
async function withFault(kind: FaultSpec["kind"], fault: Fault, work: () => Promise<unknown>) {
  await injectFault({ kind, service: "dynamodb", function: "tableStream", ...fault });
  await work();
  await afterSeconds(0);
  expect((await listFaults()).map(({ hits }) => hits)).toEqual([1]);
  await clearFaults();
}

for (const kind of ["crash", "lose"] as const)
  describe(`a call that fails by ${kind}`, () => {
    for (const [what, fault] of Object.entries({
      "the room is read": { action: "Query" },
      "presences are read": { action: "BatchGetItem" },
      "an unread notice is claimed": claim,
      "a notification is put": put,
    }))
      test(`as ${what} leaves one notification of the unread messages`, async () => {
        const room = await directRoom(ann, ben);
        await withFault(kind, fault, () => say(ann, room, "Hello"));
        await say(ann, room, "Are you there?");
        expect(await notificationsOf(ben)).toMatchObject([
          { type: "new_message", message: { content: "Hello" }, count: 2, is_read: false },
        ]);
      });

    test("as a member is notified leaves each with one, and publishes it", async () => {
      const room = await groupRoom(ann, [ben, cid]);
      const socket = await connect(cid);
      await afterSeconds(0);
      const content = `@${ben.username} and @${cid.username}`;
      await withFault(kind, put, () => say(ann, room, content));
      for (const user of [ben, cid]) expect(await typesOf(user)).toEqual(["mention", "group_invite"]);
      const isMention = (one: { type: string; notification?: { type: string } }): boolean =>
        one.type === "notification" && one.notification?.type === "mention";
      await socket.until((events) => events.some(isMention), "the mention");
      await socket.close();
    });

    test("as members are notified of an emergency, a contact or an invitation leaves one of each", async () => {
      const room = await groupRoom(ann, []);
      await withFault(kind, put, () =>
        call("addParticipants", {
          token: ann.token,
          params: { room_id: room },
          body: { user_ids: [ben.id, cid.id] },
        }),
      );
      await withFault(kind, put, () =>
        call("createContact", { token: ann.token, body: { user_id: ben.id } }),
      );
      await withFault(kind, put, () => say(ann, room, "Fire!", { priority: "emergency" }));
      expect(await typesOf(ben)).toEqual(["emergency", "contact_request", "group_invite"]);
      expect(await typesOf(cid)).toEqual(["emergency", "group_invite"]);
    });
  });

test("concurrent messages make one notice, though each handler read the membership before the others' writes", async () => {
  const room = await directRoom(ann, ben);
  const socket = await connect(ben);
  for (let seq = 1; seq <= 5; seq += 1) await say(ann, room, `Message ${seq}`);
  await afterSeconds(0);
  await socket.close();
  actAsFunction();
  const { getMembership } = await internals.memberships();
  const { claimNotice } = await internals.unreadNotices();
  const before = await getMembership(room, ben.id, "consistent");
  if (!before) throw new Error("There is no such membership.");
  const claimed = await Promise.all([1, 2, 3, 4, 5].map((seq) => claimNotice(before, seq)));
  expect(claimed.filter((isOwn) => isOwn)).toHaveLength(1);
  await markRead(ben, room);
  expect(await claimNotice(before, 5)).toBe(claimed[4]);
  expect(await claimNotice(before, 6)).toBe(true);
});

test("a change whose handler fails delays no other, and is handled when the calls succeed", async () => {
  const [toBen, toCid] = [await directRoom(ann, ben), await directRoom(ann, cid)];
  await injectFault({
    kind: "throttle",
    service: "dynamodb",
    function: "tableStream",
    action: "PutItem",
    pk: `USER#${ben.id}`,
    times: 0,
  });
  await Promise.all([say(ann, toBen, "Hello"), say(ann, toCid, "Hello")]);
  expect(await typesOf(cid)).toEqual(["new_message"]);
  // Other handlers of the same change are not delayed either.
  expect(await find(ben, toBen, "hello")).toEqual(["Hello"]);
  await clearFaults();
  await afterSeconds(6);
  expect(await typesOf(ben)).toEqual(["new_message"]);
});

describe("a change that is processed again", () => {
  test("doubles nothing, restores nothing that was deleted, and publishes nothing known", async () => {
    const room = await groupRoom(ann, [ben, cid]);
    const { seq } = await say(ann, room, `@${ben.username}`);
    const [mention, ...before] = await notificationsOf(ben);
    const [message] = await notificationsOf(cid);
    expect([mention?.type, message?.type]).toEqual(["mention", "new_message"]);
    await call("markNotificationRead", {
      token: ben.token,
      params: { notification_id: mention?.id ?? "" },
    });
    await call("deleteNotification", { token: cid.token, params: { notification_id: message?.id ?? "" } });
    const sockets = [await connect(ben), await connect(cid)];
    for (let time = 0; time < 2; time += 1) await processAgain(await messageRecord(room, seq));
    expect(await notificationsOf(ben)).toEqual([{ ...mention, is_read: true }, ...before]);
    expect(await typesOf(cid)).toEqual(["group_invite"]);
    for (const socket of sockets) {
      await socket.request({ type: "ping" });
      expect(socket.events.filter(({ type }) => type === "notification")).toEqual([]);
      await socket.close();
    }
    await closeAll(cid, []);
    await say(ann, room, "Hello");
    expect(await typesOf(cid)).toEqual(["new_message", "group_invite"]);
  });

  test("late does not notify members of an emergency who joined since", async () => {
    const room = await groupRoom(ann, [ben]);
    const { seq } = await say(ann, room, "Fire!", { priority: "emergency" });
    expect(await typesOf(ben)).toEqual(["emergency", "group_invite"]);
    const params = { room_id: room };
    await call("addParticipants", { token: ann.token, params, body: { user_ids: [cid.id] } });
    const [bens, cids] = [await connect(ben), await connect(cid)];
    await processAgain(await messageRecord(room, seq));
    expect((await bens.next("notification")).notification).toMatchObject({
      type: "emergency",
      message: { content: "Fire!" },
    });
    expect(await typesOf(cid)).toEqual(["group_invite"]);
    await cids.request({ type: "ping" });
    const types = cids.events.flatMap((event) =>
      event.type === "notification" ? [event.notification.type] : [],
    );
    expect(types).not.toContain("emergency");
    await closeAll(ben, [bens]);
    await closeAll(cid, [cids]);
  });

  test("late notifies of no message that was read or deleted since", async () => {
    const [read, deleted] = [await directRoom(ann, ben), await directRoom(ann, cid)];
    const [bens, cids] = [await connect(ben), await connect(cid)];
    const messages = [await say(ann, read, "Hello"), await say(ann, deleted, "Hello")];
    const records = await Promise.all(messages.map(({ room, seq }) => messageRecord(room, seq)));
    await afterSeconds(0);
    await closeAll(ben, [bens]);
    await closeAll(cid, [cids]);
    await markRead(ben, read);
    const params = { room_id: deleted, message_id: messages[1]?.id ?? "" };
    await call("deleteMessage", { token: ann.token, params });
    for (const record of records) await processAgain(record);
    for (const user of [ben, cid]) expect(await notificationsOf(user)).toEqual([]);
    await say(ann, deleted, "Another");
    expect(await notificationsOf(cid)).toMatchObject([{ message: { content: "Another" } }]);
  });
});
