import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, type FaultSpec, injectFault, listFaults, metered } from "../support/control.ts";
import { expectOneHit } from "../support/faults.ts";
import { say } from "../support/messages.ts";
import { directRoom, type TestUser, two } from "../support/people.ts";
import { connect, type SocketClient } from "../support/socket-client.ts";

interface Scene {
  readonly ann: TestUser;
  readonly ben: TestUser;
  readonly roomId: string;
  /** The socket of ann. */
  readonly socket: SocketClient;
}

let scene: Scene;
beforeEach(async () => {
  const [ann, ben] = await two();
  const roomId = await directRoom(ann, ben);
  for (let at = 0; at < 3; at += 1) await say(ann, roomId);
  scene = { ann, ben, roomId, socket: await connect(ann) };
});
afterEach(async () => {
  await clearFaults();
  await scene.socket.close();
});

function injectAt({ ben, roomId }: Scene, fault: Pick<FaultSpec, "kind" | "delay_ms">): Promise<void> {
  return injectFault({
    ...fault,
    service: "dynamodb",
    action: "UpdateItem",
    pk: `ROOM#${roomId}`,
    sk: `MEMBER#${ben.id}`,
  });
}

function markRoom({ ben, roomId }: Scene) {
  return attempt("markRoomRead", { token: ben.token, params: { room_id: roomId } });
}
function markSecond({ ben, roomId }: Scene) {
  return attempt("markMessageRead", {
    token: ben.token,
    params: { room_id: roomId, message_id: `${roomId}-2` },
  });
}
function receive({ ben, roomId }: Scene) {
  return attempt("updateMessageStatus", {
    token: ben.token,
    params: { message_id: `${roomId}-2` },
    body: { status: "delivered" },
  });
}
function room({ ben, roomId }: Scene) {
  return call("getRoom", { token: ben.token, params: { room_id: roomId } });
}
async function statuses({ ann, roomId }: Scene) {
  return (await call("listMessages", { token: ann.token, params: { room_id: roomId } })).results.map(
    (message) => message.status,
  );
}
async function publishedIn({ socket }: Scene): Promise<string[]> {
  await socket.request({ type: "ping" });
  return socket.events.map(({ type }) => type).filter((type) => type !== "pong" && type !== "ack");
}

// A mark is one write, so a crash leaves it done or not done. Only its event may be missing; other
// members see the mark on their next read.
describe("the function ends after the write", () => {
  test("of a room: it is read, and a second mark changes nothing", async () => {
    await injectAt(scene, { kind: "crash" });
    expect((await markRoom(scene)).status).toBe(500);
    await expectOneHit();
    expect((await room(scene)).unread_count).toBe(0);
    expect(await statuses(scene)).toEqual(["read", "read", "read"]);
    expect((await markRoom(scene)).body).toMatchObject({ count: 0 });
    expect(await publishedIn(scene)).toEqual([]);
  });

  test("of a message: it is read, and a second mark answers so", async () => {
    await injectAt(scene, { kind: "crash" });
    expect((await markSecond(scene)).status).toBe(500);
    await expectOneHit();
    expect((await room(scene)).unread_count).toBe(2);
    expect((await markSecond(scene)).body).toMatchObject({ was_already_read: true });
  });

  test("of received messages: they are received", async () => {
    await injectAt(scene, { kind: "crash" });
    expect((await receive(scene)).status).toBe(500);
    await expectOneHit();
    expect(await statuses(scene)).toEqual(["delivered", "delivered", "sent"]);
    expect((await receive(scene)).body).toMatchObject({ status: "delivered" });
  });
});

for (const kind of ["lose", "throttle"] as const)
  describe(`the write's ${kind === "lose" ? "answer is lost" : "call is throttled"}, and the SDK repeats it`, () => {
    test("of a room: the count is right, and other members get one event", async () => {
      await injectAt(scene, { kind });
      expect((await markRoom(scene)).body).toMatchObject({ count: 3 });
      await expectOneHit();
      expect(await publishedIn(scene)).toEqual(["read_receipt"]);
      expect((await room(scene)).unread_count).toBe(0);
    });

    test("of a message: it was not read before, and other members get one event", async () => {
      await injectAt(scene, { kind });
      expect((await markSecond(scene)).body).toMatchObject({ was_already_read: false });
      await expectOneHit();
      expect(await publishedIn(scene)).toEqual(["read_receipt"]);
      expect((await room(scene)).unread_count).toBe(2);
    });

    test("of received messages: other members get one event", async () => {
      await injectAt(scene, { kind });
      expect((await receive(scene)).body).toMatchObject({ status: "delivered" });
      await expectOneHit();
      expect(await publishedIn(scene)).toEqual(["delivered"]);
    });
  });

test("an earlier send does not undo a later mark of the same member that overtook it", async () => {
  await markRoom(scene);
  // The claim of ben's message, which is next to be read, waits while ann sends more and ben reads
  // all of it.
  await injectAt(scene, { kind: "delay", delay_ms: 1500 });
  const sending = say(scene.ben, scene.roomId);
  await expect.poll(async () => (await listFaults())[0]?.hits, { timeout: 10_000 }).toBe(1);
  for (let at = 0; at < 2; at += 1) await say(scene.ann, scene.roomId);
  await markRoom(scene);
  await sending;
  expect(await room(scene)).toMatchObject({ seq: 6, unread_count: 0, me: { read_seq: 6 } });
});

test("a message that is written while a member marks all held ones is unread when it comes", async () => {
  const socket = await connect(scene.ben);
  await injectFault({
    ...{ kind: "delay", delay_ms: 1500, service: "dynamodb", action: "PutItem" },
    ...{ pk: `ROOM#${scene.roomId}`, sk: "MSG#" },
  });
  const sending = say(scene.ann, scene.roomId);
  await expect.poll(async () => (await listFaults())[0]?.hits, { timeout: 10_000 }).toBe(1);
  const { roomId: room_id } = scene;
  expect(await socket.request({ type: "read_receipt", room_id, up_to_seq: 3 })).toMatchObject({
    type: "ack",
  });
  await sending;
  expect(await room(scene)).toMatchObject({ seq: 4, unread_count: 1, me: { read_seq: 3 } });
  await socket.close();
});

describe("the cost of a mark before its event", () => {
  const costOf = async (work: () => Promise<unknown>) => {
    const { calls } = await metered(work);
    const table = calls.filter((one) => one.service === "dynamodb");
    const written = table.findIndex((one) => one.action === "UpdateItem");
    const before = table.slice(0, written + 1);
    return {
      calls: before.length,
      rru: before.reduce((sum, one) => sum + one.rru, 0),
      wru: table.reduce((sum, one) => sum + one.wru, 0),
    };
  };

  test("a room, a message, or received messages: 1 RRU and 1 WRU", async () => {
    for (const mark of [receive, markSecond, markRoom])
      expect(await costOf(() => mark(scene))).toEqual({ calls: 2, rru: 1, wru: 1 });
  });

  test("a message that was read before: no write", async () => {
    await markSecond(scene);
    const { operations } = await metered(() => markSecond(scene));
    expect(Object.values(operations)[0]).toMatchObject({ rru: 1, wru: 0, posts: 0 });
  });
});
