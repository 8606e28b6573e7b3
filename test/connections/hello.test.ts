import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import { metered } from "../support/control.ts";
import { newHeadItem, newMembershipItem } from "../support/internals.ts";
import { directRoom, groupRoom, type TestUser, three } from "../support/people.ts";
import { seedItems } from "../support/seed-items.ts";
import { connect, type SocketClient } from "../support/socket-client.ts";

async function setScene() {
  const [ann, ben, cid] = await three();
  return { ann, ben, cid };
}

async function hello(socket: SocketClient, rooms: Record<string, { seq: number; rev: number }>) {
  expect(await socket.request({ type: "hello", rooms })).toMatchObject({ type: "ack" });
  return socket.next("hello");
}

const nothing = { seq: 0, rev: 0 };

/** Returns the items that the table holds of a room with one member. */
function roomItems(roomId: string, { id: userId }: TestUser) {
  const createdAt = new Date().toISOString();
  const room = { id: roomId, name: null, createdBy: userId, createdAt, rosterChunks: 1 };
  return [
    newHeadItem({ ...room, type: "group", hasDetails: false, pair: undefined }),
    newMembershipItem({ roomId, userId, role: "admin", joinedAt: createdAt, joinedSeq: 0 }),
  ];
}

describe("rooms that the caller is no longer in", () => {
  test("are listed as removed: left, removed, deleted, foreign and unknown rooms alike", async () => {
    const { ann, ben, cid } = await setScene();
    const kept = await directRoom(ann, ben);
    const [left, removed, deleted, foreign] = await Promise.all([
      groupRoom(ben, [ann]),
      groupRoom(ben, [ann]),
      groupRoom(ben, [ann]),
      groupRoom(ben, [cid]),
    ]);
    await call("leaveRoom", { token: ann.token, params: { room_id: left } });
    await call("removeParticipant", { token: ben.token, params: { room_id: removed, user_id: ann.id } });
    await call("deleteRoom", { token: ben.token, params: { room_id: deleted } });
    const socket = await connect(ann);
    const notMember = [left, removed, deleted, foreign, "no-such-room"];
    const answer = await hello(socket, {
      [kept]: nothing,
      ...Object.fromEntries(notMember.map((roomId) => [roomId, { seq: 5, rev: 5 }])),
    });
    expect(answer).toMatchObject({ rooms: [], remaining: 0 });
    expect([...answer.removed].sort()).toEqual([...notMember].sort());
    // A room that the client does not name is not listed as removed.
    expect(await hello(socket, { [kept]: nothing })).toMatchObject({ rooms: [], removed: [], remaining: 0 });
    await socket.close();
  });

  test("a room that the caller has joined again is listed with its present state", async () => {
    const { ann, ben } = await setScene();
    const roomId = await groupRoom(ben, [ann]);
    await call("leaveRoom", { token: ann.token, params: { room_id: roomId } });
    await call("sendMessage", { token: ben.token, params: { room_id: roomId }, body: { content: "x" } });
    await call("addParticipants", {
      token: ben.token,
      params: { room_id: roomId },
      body: { user_ids: [ann.id] },
    });
    const socket = await connect(ann);
    expect(await hello(socket, { [roomId]: nothing })).toMatchObject({
      rooms: [{ room_id: roomId, seq: 1, rev: 0, unread_count: 0 }],
      removed: [],
    });
    await socket.close();
  });
});

test("hello lists a room of which the client holds more than the restored table", async () => {
  const { ann, ben } = await setScene();
  const roomId = await directRoom(ann, ben);
  const socket = await connect(ann);
  for (const held of [
    { seq: 3, rev: 0 },
    { seq: 0, rev: 3 },
  ])
    expect(await hello(socket, { [roomId]: held })).toMatchObject({
      rooms: [{ room_id: roomId, ...nothing }],
      removed: [],
    });
  await socket.close();
});

describe("an answer that one event cannot carry", () => {
  test("comes as several, each with the number of remaining entries, and the ack last", async () => {
    const { ann } = await setScene();
    // Long ids make long entries: a few rooms stand for many.
    const rooms = Array.from({ length: 600 }, (_, at) => `${randomUUID()}-${at}-`.padEnd(128, "x"));
    await seedItems(rooms.flatMap((roomId) => roomItems(roomId, ann)));
    const socket = await connect(ann);
    await socket.request({ type: "hello", rooms: {} });
    const answers = socket.events.filter((event) => event.type === "hello");
    expect(socket.events.at(-1)?.type).toBe("ack");
    expect(answers).toHaveLength(2);
    expect(answers.flatMap((answer) => answer.rooms.map((room) => room.room_id)).sort()).toEqual(
      rooms.toSorted(),
    );
    let remaining = rooms.length;
    for (const answer of answers) {
      remaining -= answer.rooms.length;
      expect(answer.remaining).toBe(remaining);
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(128 * 1024);
    }
    await socket.close();
  });

  test("looks up the rooms that are not the caller's 100 at a time", async () => {
    const { ann, ben } = await setScene();
    const roomId = await directRoom(ann, ben);
    const unknown = Array.from({ length: 150 }, (_, at) => `no-such-room-${at}`);
    const socket = await connect(ann);
    const cost = await metered(async () => {
      const answer = await hello(socket, Object.fromEntries(unknown.map((id) => [id, nothing])));
      expect(answer.rooms.map((room) => room.room_id)).toEqual([roomId]);
      expect(answer.removed).toEqual(unknown.slice(0, 100));
      expect(answer.remaining).toBe(50);
    });
    const { rru = 0 } = cost.operations["frame hello"] ?? {};
    expect(rru).toBeGreaterThan(100);
    expect(rru).toBeLessThan(105);
    const rest = unknown.slice(100);
    expect(await hello(socket, Object.fromEntries(rest.map((id) => [id, nothing])))).toMatchObject({
      removed: rest,
      remaining: 0,
    });
    await socket.close();
  });

  test("refuses more rooms than fit in a frame", async () => {
    const { ann } = await setScene();
    const socket = await connect(ann);
    const rooms = Object.fromEntries(Array.from({ length: 2001 }, (_, at) => [`r${at}`, nothing]));
    socket.sendInFrames(JSON.stringify({ type: "hello", request_id: "more", rooms }));
    expect(await socket.next("error")).toMatchObject({
      request_id: "more",
      error: { code: "invalid_input", errors: [{ path: "rooms", message: "Name at most 2000 rooms" }] },
    });
    await socket.close();
  });
});
