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

/** Longer than any request runs. */
const settled = 61;

async function participants(user: TestUser, roomId: string): Promise<string[]> {
  return (await call("listParticipants", { token: user.token, params: { room_id: roomId } })).results
    .map((one) => one.id)
    .sort();
}

/** Ben leaves, and the function ends when his membership has, and nothing else. */
async function leaveHalfway(ben: TestUser, roomId: string): Promise<void> {
  const leave = () => attempt("leaveRoom", { token: ben.token, params: { room_id: roomId } });
  await cutOff(leave, { action: "DeleteItem", sk: "MEMBER#", function: "rooms" });
}

afterEach(async () => {
  await clearFaults();
  await emptyQueues();
});

describe("a membership that ended", () => {
  test("takes its member off the roster, where who ended it was cut off and nobody repeats it", async () => {
    const [ann, ben] = await two();
    const roomId = await groupRoom(ann, [ben]);
    await leaveHalfway(ben, roomId);
    expect(await participants(ann, roomId)).toEqual([ann.id, ben.id].sort());

    await afterSeconds(settled);
    expect(await participants(ann, roomId)).toEqual([ann.id]);
  });

  test("does not take off somebody who is back", async () => {
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

  test("leaves nobody without an admin, where two have left at once and were cut off", async () => {
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

  test("takes the room with it, where it was the last", async () => {
    const ann = await newUser();
    const roomId = await groupRoom(ann, []);
    await call("sendMessage", {
      token: ann.token,
      params: { room_id: roomId },
      body: { content: "Left behind" },
    });
    await leaveHalfway(ann, roomId);

    await afterSeconds(settled);
    // What a deleted room held goes after as long again.
    await afterSeconds(settled);
    expect(await keysOfRoom(roomId)).toEqual(["HEAD"]);
  });

  test("costs its telling, and no write, where nothing is left to do", async () => {
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

test("the reading of messages sets off nothing behind it", async () => {
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
