import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, describe, expect, test } from "vitest";
import { afterSeconds, emptyQueues } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, meteredWithStream } from "../support/control.ts";
import { cutOff } from "../support/faults.ts";
import { keys } from "../support/internals.ts";
import { keysOfRoom, operatorTable } from "../support/operator.ts";
import { groupRoom, newUser, type TestUser, two } from "../support/people.ts";
import { target } from "../support/target.ts";

/** Seconds: longer than any request runs. */
const settled = 61;

async function participants(user: TestUser, roomId: string): Promise<string[]> {
  return (await call("listParticipants", { token: user.token, params: { room_id: roomId } })).results
    .map((one) => one.id)
    .sort();
}

/** Makes ben leave. The function ends after it has deleted his membership alone. */
async function leaveHalfway(ben: TestUser, roomId: string): Promise<void> {
  const leave = () => attempt("leaveRoom", { token: ben.token, params: { room_id: roomId } });
  await cutOff(leave, { action: "DeleteItem", sk: "MEMBER#", function: "rooms" });
}

afterEach(async () => {
  await clearFaults();
  await emptyQueues();
});

describe("a deleted membership", () => {
  test("takes its member off the roster, if the call was cut off and is not repeated", async () => {
    const [ann, ben] = await two();
    const roomId = await groupRoom(ann, [ben]);
    await leaveHalfway(ben, roomId);
    expect(await participants(ann, roomId)).toEqual([ann.id, ben.id].sort());

    await afterSeconds(settled);
    expect(await participants(ann, roomId)).toEqual([ann.id]);
  });

  test("does not take off a member who has joined again", async () => {
    const [ann, ben] = await two();
    const roomId = await groupRoom(ann, [ben]);
    await leaveHalfway(ben, roomId);
    await call("addParticipants", {
      token: ann.token,
      params: { room_id: roomId },
      body: { user_ids: [ben.id] },
    });

    await afterSeconds(settled);
    expect(await participants(ann, roomId)).toEqual([ann.id, ben.id].sort());
  });

  test("makes another member admin, if two admins left at once and were cut off", async () => {
    const [ann, ben] = await two();
    const roomId = await groupRoom(ann, [ben]);
    await operatorTable().send(
      new DeleteCommand({ TableName: target().tableName, Key: keys.membership(roomId, ann.id) }),
    );

    await afterSeconds(settled);
    expect(await participants(ben, roomId)).toEqual([ben.id]);
    const room = await call("getRoom", { token: ben.token, params: { room_id: roomId } });
    expect(room.me?.role).toBe("admin");
    expect(room.participants?.map((one) => one.room_role)).toEqual(["admin"]);
  });

  test("deletes the room, if it was the last one", async () => {
    const ann = await newUser();
    const roomId = await groupRoom(ann, []);
    await call("sendMessage", {
      token: ann.token,
      params: { room_id: roomId },
      body: { content: "Left behind" },
    });
    await leaveHalfway(ann, roomId);

    await afterSeconds(settled);
    // The content of a deleted room is removed as many seconds later.
    await afterSeconds(settled);
    expect(await keysOfRoom(roomId)).toEqual(["HEAD"]);
  });

  test("costs one task, and no write, if nothing is left to do", async () => {
    const [ann, ben] = await two();
    const roomId = await groupRoom(ann, [ben]);
    const { operations } = await meteredWithStream(async () => {
      await call("leaveRoom", { token: ben.token, params: { room_id: roomId } });
      await afterSeconds(settled);
    });
    const behind = Object.entries(operations).filter(([name]) => /^(stream|queue)/.test(name));
    expect(behind.map(([, { invocations, rru, wru }]) => ({ invocations, rru, wru }))).toEqual([
      { invocations: 1, rru: 0.5, wru: 0 },
      { invocations: 1, rru: 6, wru: 0 },
    ]);
  });
});

test("reading messages causes no work in the background", async () => {
  const [ann, ben] = await two();
  const roomId = await groupRoom(ann, [ben]);
  for (const content of ["one", "two", "three"])
    await call("sendMessage", { token: ann.token, params: { room_id: roomId }, body: { content } });
  await afterSeconds(0);
  const { operations } = await meteredWithStream(async () => {
    const reading = { token: ben.token, params: { room_id: roomId } };
    for (const body of [{ up_to_seq: 2 }, {}]) await call("markRoomRead", { ...reading, body });
    await afterSeconds(settled);
  });
  expect(Object.keys(operations)).toEqual(["POST /api/chat/rooms/{id}/mark_read"]);
});
