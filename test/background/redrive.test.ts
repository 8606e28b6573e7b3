import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { afterEach, describe, expect, test } from "vitest";
import { afterSeconds, emptyQueues, redrive, until, untilDeadLetters } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, injectFault, listFaults, readMeter, resetMeter } from "../support/control.ts";
import { countMessages, keysOfRoom, operatorSqs, peekMessages, queueUrl } from "../support/operator.ts";
import { groupRoom, newUsers, type TestUser } from "../support/people.ts";

const settled = 61;

async function newUser(): Promise<TestUser> {
  const [ann] = await newUsers(1);
  if (!ann) throw new Error("There is no user.");
  return ann;
}

/** Creates rooms whose only member is ann, each with a message. */
function newRooms(ann: TestUser, count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const roomId = await groupRoom(ann, []);
      await call("sendMessage", {
        token: ann.token,
        params: { room_id: roomId },
        body: { content: "Hello" },
      });
      return roomId;
    }),
  );
}

function remove(ann: TestUser, roomId: string) {
  return call("deleteRoom", { token: ann.token, params: { room_id: roomId } });
}

function untilRemoved(roomId: string) {
  return until(async () => (await keysOfRoom(roomId)).join() === "HEAD", "the room is removed");
}

afterEach(async () => {
  await clearFaults();
  await emptyQueues();
});

describe("a change whose handler fails", () => {
  test("delays no other, becomes the dead letter of a task, and is handled after redrive", async () => {
    const [ann, ...others] = await newUsers(4);
    if (!ann) throw new Error("There are no users.");
    const rooms = await Promise.all(others.map((one) => groupRoom(ann, [one])));
    const [poisoned = "", ...healthy] = rooms;
    const listed = async (roomId: string): Promise<number> =>
      (await call("getRoom", { token: ann.token, params: { room_id: roomId } })).participant_count;
    // All three members leave, and their calls are cut off halfway: the stream's handler must
    // complete the rest.
    await injectFault({
      kind: "crash",
      service: "dynamodb",
      action: "DeleteItem",
      sk: "MEMBER#",
      function: "rooms",
      times: 3,
    });
    for (const name of ["tableStream", "tasks"])
      await injectFault({
        kind: "lose",
        service: "dynamodb",
        action: "GetItem",
        pk: `ROOM#${poisoned}`,
        sk: "HEAD",
        function: name,
        times: 0,
      });
    await afterSeconds(0);
    await resetMeter();
    await Promise.all(
      rooms.map((roomId, at) =>
        attempt("leaveRoom", { token: others[at]?.token, params: { room_id: roomId } }),
      ),
    );
    await until(async () => ((await listFaults())[1]?.hits ?? 0) > 0, "the fault has hit");
    // The others' tasks are in the queue while the poisoned change is still being tried.
    await until(async () => {
      const { delayed } = await countMessages("TasksQueueUrl");
      return delayed === 2;
    }, "the other changes have been handled");

    await afterSeconds(settled);
    expect(await Promise.all(healthy.map(listed))).toEqual([1, 1]);
    expect(await listed(poisoned)).toBe(2);

    await untilDeadLetters("TasksDeadLettersUrl", 1);
    expect(await peekMessages("TasksDeadLettersUrl")).toEqual([
      {
        task: "process_change",
        error: expect.stringContaining("Error"),
        record: expect.objectContaining({
          eventName: "REMOVE",
          dynamodb: expect.objectContaining({
            Keys: { pk: { S: `ROOM#${poisoned}` }, sk: { S: `MEMBER#${others[0]?.id}` } },
            OldImage: expect.objectContaining({ role: { S: "member" } }),
            SequenceNumber: expect.any(String),
          }),
        }),
      },
    ]);

    const shown = await redrive();
    expect(shown.output).toContain("tasks: 1 dead letter\n");
    expect(shown.output).toMatch(/process_change, error .*Error.*ROOM#/);
    expect(shown.output).toContain("delivery: 0 dead letters");
    expect((await countMessages("TasksDeadLettersUrl")).visible).toBe(1);

    await clearFaults();
    const run = await redrive("--run");
    expect(run).toMatchObject({ code: 0, output: expect.stringContaining("tasks: 1 dead letter put back") });
    expect(await countMessages("TasksDeadLettersUrl")).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await afterSeconds(settled);
    expect(await listed(poisoned)).toBe(1);
  });
});

describe("the function of the table's stream that ends in the midst", () => {
  test("once, loses no change", async () => {
    const ann = await newUser();
    const rooms = await newRooms(ann, 6);
    await injectFault({
      kind: "crash",
      service: "sqs",
      action: "SendMessageBatch",
      function: "tableStream",
      nth: 3,
    });
    await Promise.all(rooms.map((roomId) => remove(ann, roomId)));
    await afterSeconds(settled);
    expect((await listFaults())[0]).toMatchObject({ hits: 1 });
    for (const roomId of rooms) await untilRemoved(roomId);
  });

  test("each time, leaves the places of the changes in the stream, and redrive puts these back", async () => {
    const ann = await newUser();
    const rooms = await newRooms(ann, 2);
    await injectFault({
      kind: "crash",
      service: "sqs",
      action: "SendMessageBatch",
      function: "tableStream",
      times: 0,
    });
    for (const roomId of rooms) await remove(ann, roomId);
    await untilDeadLetters("TasksDeadLettersUrl", 2);
    expect(await peekMessages("TasksDeadLettersUrl")).toContainEqual(
      expect.objectContaining({
        requestContext: expect.objectContaining({ condition: "RetryAttemptsExhausted" }),
        DDBStreamBatchInfo: expect.objectContaining({ batchSize: 1 }),
      }),
    );

    await clearFaults();
    expect((await redrive("--queue", "tasks")).output).toMatch(
      /1 changes made from .*RetryAttemptsExhausted/,
    );
    expect(await redrive("--queue", "tasks", "--run")).toMatchObject({ code: 0 });
    await afterSeconds(settled);
    for (const roomId of rooms) await untilRemoved(roomId);
  });
});

describe("a task that fails", () => {
  test("is tried five times, delays no other, and is done after redrive", async () => {
    const ann = await newUser();
    const [poisoned = "", healthy = ""] = await newRooms(ann, 2);
    await injectFault({
      kind: "lose",
      service: "dynamodb",
      action: "Query",
      pk: `ROOM#${poisoned}`,
      function: "tasks",
      times: 0,
    });
    await Promise.all([remove(ann, poisoned), remove(ann, healthy)]);
    await afterSeconds(settled);
    await untilRemoved(healthy);
    await resetMeter();
    await untilDeadLetters("TasksDeadLettersUrl", 1);
    expect(await peekMessages("TasksDeadLettersUrl")).toEqual([
      { task: "remove_room_items", room_id: poisoned },
    ]);
    const { operations } = await readMeter();
    // The first attempt was before.
    expect(Object.values(operations).map(({ invocations }) => invocations)).toEqual([4]);
    expect(await keysOfRoom(poisoned)).toContain("MSG#000000000001");

    await clearFaults();
    expect(await redrive("--run")).toMatchObject({ code: 0 });
    await untilRemoved(poisoned);
  });

  test("is given up if no version knows it, or if it is no task", async () => {
    const bodies = ['{"task":"remove_room_items"}', '{"task":"unheard_of"}', "no task"];
    for (const MessageBody of bodies)
      await operatorSqs().send(new SendMessageCommand({ QueueUrl: queueUrl("TasksQueueUrl"), MessageBody }));
    const ann = await newUser();
    const [roomId = ""] = await newRooms(ann, 1);
    await remove(ann, roomId);
    await untilDeadLetters("TasksDeadLettersUrl", bodies.length);
    await untilRemoved(roomId);
    const { output } = await redrive("--queue", "tasks");
    expect(output).toContain("tasks: 3 dead letters");
    expect(output).toContain("unheard_of");
    expect(output).toContain("no JSON");
  });
});

describe("a page of a delivery", () => {
  test("returns unchanged into its group with redrive, which shows it without its text", async () => {
    const body = JSON.stringify({
      room_id: "room-1",
      user_ids: [],
      event: { type: "typing", room_id: "room-1", user: "secret", user_id: "ann", is_typing: true },
    });
    await operatorSqs().send(
      new SendMessageCommand({
        QueueUrl: queueUrl("DeliveryDeadLettersUrl"),
        MessageBody: body,
        MessageGroupId: "room-1:3",
        MessageDeduplicationId: "page-1",
      }),
    );
    const shown = await redrive("--queue", "delivery");
    expect(shown.output).toContain("room_id room-1, 0 users");
    expect(shown.output).not.toContain("secret");
    await resetMeter();
    expect(await redrive("--queue", "delivery", "--run")).toMatchObject({ code: 0 });
    await afterSeconds(0);
    // It was delivered, and had no recipients.
    expect(await countMessages("DeliveryDeadLettersUrl")).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    const { operations } = await readMeter();
    expect(Object.keys(operations)).toEqual([expect.stringContaining("fanOut")]);
  });
});
