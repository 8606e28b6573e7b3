import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { afterSeconds, emptyQueues, until } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, injectFault, listFaults, metered } from "../support/control.ts";
import { forEachConcurrent, internals } from "../support/internals.ts";
import { say } from "../support/messages.ts";
import { actAsFunction, itemsOfRoom, keysOfRoom } from "../support/operator.ts";
import { directRoom, groupRoom, newUser, type TestUser, three, two } from "../support/people.ts";
import { plainMessage } from "../support/seeded.ts";
import { connect } from "../support/socket-client.ts";

/** Seconds: longer than the content of a room is kept after its deletion. */
const settled = 61;
/** Seconds: longer than a task is hidden while a function may still work on it. */
const hidden = 721;

/**
 * Sends `count` messages of all kinds: one answered and pinned, one edited, one with a reaction.
 */
async function fill(user: TestUser, roomId: string, count: number): Promise<void> {
  const { id: first } = await say(user, roomId, "First");
  const { token } = user;
  const params = { room_id: roomId, message_id: first };
  await say(user, roomId, "An answer", { reply_to: first });
  await call("updateMessage", { token, params, body: { content: "First of all" } });
  await call("pinMessage", { token, params });
  await call("reactToMessage", { token, params, body: { emoji: "👍" } });
  for (let at = 2; at < count; at += 1) await say(user, roomId, `Message ${at}`);
}

/** Stores further messages with the last write of a send: sending hundreds would take long. */
async function store(user: TestUser, roomId: string, seqs: { from: number; to: number }): Promise<void> {
  actAsFunction();
  const { putMessage } = await internals.messages();
  const all = Array.from({ length: seqs.to - seqs.from + 1 }, (_, at) => seqs.from + at);
  await forEachConcurrent(all, 20, async (seq) => {
    await putMessage({
      ...plainMessage,
      roomId,
      seq,
      senderId: user.id,
      content: `Message ${seq}`,
      at: new Date().toISOString(),
    });
  });
}

function remove(user: TestUser, roomId: string) {
  return call("deleteRoom", { token: user.token, params: { room_id: roomId } });
}

function untilTombstone(roomId: string) {
  return until(async () => (await keysOfRoom(roomId)).join() === "HEAD", "only the head is left");
}

// Tasks of other tests may wait in the queues.
beforeAll(emptyQueues);
afterEach(async () => {
  await clearFaults();
  await emptyQueues();
});

describe("a deleted group", () => {
  test("leaves nothing but a head without content", async () => {
    const [ann, ben, cid] = await three();
    const roomId = await groupRoom(ann, [ben, cid]);
    await fill(ann, roomId, 6);
    await store(ann, roomId, { from: 7, to: 300 });
    await remove(ann, roomId);
    expect((await keysOfRoom(roomId)).length).toBeGreaterThan(300);

    const { operations } = await metered(() => afterSeconds(settled));
    await untilTombstone(roomId);
    const [head] = await itemsOfRoom(roomId);
    expect(head).toMatchObject({ status: "deleted", type: "group", seq: 6 });
    for (const attribute of ["last", "last_seq", "name", "details"])
      expect(head).not.toHaveProperty(attribute);
    // One task for the room, and none for the members whose memberships went with it.
    const tasks = Object.entries(operations).filter(([name]) => name.startsWith("queue"));
    expect(tasks.map(([, counts]) => counts.invocations)).toEqual([1]);

    for (const user of [ann, ben]) {
      expect((await call("listRooms", { token: user.token })).results).toEqual([]);
      const answer = await attempt("getRoom", { token: user.token, params: { room_id: roomId } });
      expect(answer.problem.code).toBe("forbidden");
    }
  });

  test("is removed in the end if a function ended in the midst of it", async () => {
    const [ann, ben, cid] = await three();
    const roomId = await groupRoom(ann, [ben, cid]);
    await fill(ann, roomId, 2);
    await store(ann, roomId, { from: 3, to: 120 });
    await injectFault({
      kind: "crash",
      service: "dynamodb",
      action: "BatchWriteItem",
      function: "tasks",
      nth: 3,
    });
    await remove(ann, roomId);
    await afterSeconds(settled);
    await until(async () => (await listFaults())[0]?.hits === 1, "the function has ended");
    const left = await keysOfRoom(roomId);
    expect(left.length).toBeGreaterThan(40);
    expect(left.length).toBeLessThan(125);

    await afterSeconds(hidden);
    await untilTombstone(roomId);
  });

  test("is removed even if DynamoDB leaves parts of a batch undone, and throttles", async () => {
    const [ann, ben, cid] = await three();
    const roomId = await groupRoom(ann, [ben, cid]);
    await fill(ann, roomId, 2);
    await store(ann, roomId, { from: 3, to: 60 });
    for (const kind of ["unprocessed", "throttle"] as const)
      await injectFault({
        kind,
        service: "dynamodb",
        action: "BatchWriteItem",
        function: "tasks",
        times: 3,
      });
    await remove(ann, roomId);
    await afterSeconds(settled);
    await untilTombstone(roomId);
  });

  test("is removed in several tasks if one has no time for all of it", async () => {
    const ann = await newUser();
    const roomId = await groupRoom(ann, []);
    await fill(ann, roomId, 2);
    await store(ann, roomId, { from: 3, to: 120 });
    const left = (await keysOfRoom(roomId)).length;
    await remove(ann, roomId);
    await afterSeconds(0);
    await emptyQueues();
    // Runs the task here instead of in its function: 100 seconds of work would be too long for a
    // test.
    actAsFunction();
    const { runTask } = await internals.backgroundTasks();
    let looks = 0;
    const { calls } = await metered(async () => {
      await runTask({ task: "remove_room_items", room_id: roomId }, () => {
        looks += 1;
        return looks <= 3;
      });
      expect((await keysOfRoom(roomId)).length).toBeLessThan(left);
      await untilTombstone(roomId);
    });
    // The second task reads the head, and not the roster: the first one has published the deletion.
    const read = calls.filter((one) => one.function === "tasks" && one.action === "GetItem");
    expect(read.map(({ key }) => key?.split("/")[1])).toEqual(["HEAD"]);
  });

  test("that was large is no longer in the presences of its members", async () => {
    const [ann, ben] = await two();
    const roomId = await groupRoom(ann, [ben]);
    // Grows the room as its 201st member would.
    actAsFunction();
    const { growRoster } = await internals.rosterChanges();
    const { addAllConnected } = await internals.connectedMembers();
    await growRoster(roomId, 1);
    await addAllConnected(roomId, 2);
    await (await connect(ben)).close();
    expect(await keysOfRoom(roomId, "ROSTER#")).toHaveLength(2);

    await remove(ann, roomId);
    await afterSeconds(settled);
    await untilTombstone(roomId);
    const socket = await connect(ben);
    expect(await keysOfRoom(roomId)).toEqual(["HEAD"]);
    await socket.close();
  });

  test("refuses a repeat of a send that was cut off before", async () => {
    const [ann, ben] = await two();
    const roomId = await groupRoom(ann, [ben]);
    await injectFault({
      kind: "crash",
      service: "dynamodb",
      action: "UpdateItem",
      sk: "MEMBER#",
      function: "messages",
    });
    const input = {
      token: ben.token,
      params: { room_id: roomId },
      body: { content: "Too late", client_message_id: "late" },
    };
    expect((await attempt("sendMessage", input)).status).toBe(500);
    await remove(ann, roomId);
    expect((await attempt("sendMessage", input)).problem.code).toBe("forbidden");
    expect(await keysOfRoom(roomId, "MSG#")).toEqual([]);
  });
});

/**
 * Returns the keys of a room's items without its change log, which stays in a direct room: it names
 * numbers alone, and ends by TTL.
 */
async function keysWithoutLog(roomId: string): Promise<string[]> {
  return (await keysOfRoom(roomId)).filter((key) => !key.startsWith("REV#"));
}

describe("a deleted direct room", () => {
  test("that is opened again at once keeps later messages, and nothing else", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    await fill(ann, roomId, 5);
    await remove(ann, roomId);
    expect(await directRoom(ben, ann)).toBe(roomId);
    await fill(ben, roomId, 4);

    await afterSeconds(settled);
    await until(async () => (await keysOfRoom(roomId, "MSG#")).length === 4, "the old messages are removed");
    const number = (seq: number): string => String(seq).padStart(12, "0");
    expect(await keysWithoutLog(roomId)).toEqual([
      `EDIT#${number(6)}#${number(1)}`,
      "HEAD",
      ...[ann.id, ben.id].sort().map((id) => `MEMBER#${id}`),
      ...[6, 7, 8, 9].map((seq) => `MSG#${number(seq)}`),
      `PIN#${number(6)}`,
      `REPLY#${number(6)}#${number(7)}`,
      "ROSTER#0",
    ]);
    const page = await call("listMessages", { token: ann.token, params: { room_id: roomId } });
    expect(page.results.map((message) => message.seq)).toEqual([6, 7, 8, 9]);
    const { unread_count: unread, last_message: last } = await call("getRoom", {
      token: ann.token,
      params: { room_id: roomId },
    });
    expect({ unread, last: last?.content }).toEqual({ unread: 4, last: page.results[3]?.content });
  });

  test("that is opened later keeps its two members, and is empty", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    await fill(ann, roomId, 5);
    await remove(ben, roomId);
    await afterSeconds(settled);
    await until(async () => (await keysWithoutLog(roomId)).length === 4, "all but the members is removed");
    expect((await itemsOfRoom(roomId))[0]).not.toHaveProperty("last");

    expect(await directRoom(ann, ben)).toBe(roomId);
    await say(ann, roomId, "Again");
    const page = await call("listMessages", { token: ben.token, params: { room_id: roomId } });
    expect(page.results.map((message) => message.content)).toEqual(["Again"]);
  });

  test("is opened with its latest floor, even if it was opened and deleted in the meantime", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    await say(ann, roomId, "First life");
    await remove(ann, roomId);
    // Ann reads the deleted room, and is slow to open it. Meanwhile it is opened and deleted again.
    await injectFault({
      kind: "delay",
      service: "dynamodb",
      action: "UpdateItem",
      sk: "HEAD",
      function: "rooms",
      delay_ms: 1500,
    });
    const slow = attempt("openDirectRoom", { token: ann.token, body: { user_id: ben.id } });
    await until(async () => (await listFaults())[0]?.hits === 1, "Ann is about to open the room");
    await directRoom(ben, ann);
    await say(ben, roomId, "Second life");
    await remove(ben, roomId);
    await slow;

    await directRoom(ben, ann);
    const page = await call("listMessages", { token: ann.token, params: { room_id: roomId } });
    expect(page.results).toEqual([]);
  });
});
