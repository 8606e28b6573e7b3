import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Message } from "../../contract/objects/message.ts";
import type { OperationId } from "../../contract/operations.ts";
import { attempt, call } from "../support/contract-client.ts";
import { advanceClock, clearFaults, type FaultSpec, injectFault, listFaults } from "../support/control.ts";
import { groupRoom, type TestUser, two } from "../support/people.ts";
import { connect, type SocketClient } from "../support/socket-client.ts";

/** Every change of a message makes these writes, in this order, between its own writes. */
const take = { action: "UpdateItem", sk: "HEAD" };
const record = { action: "PutItem", sk: "REV#" };
const land = { action: "UpdateItem", sk: "MSG#" };

interface Scene {
  readonly ann: TestUser;
  readonly ben: TestUser;
  readonly roomId: string;
  readonly said: Message;
  readonly socket: SocketClient;
}

/** The users, with Ben's socket, of the whole file: each test has a room of its own. */
let people: Pick<Scene, "ann" | "ben" | "socket">;
beforeAll(async () => {
  const [ann, ben] = await two();
  people = { ann, ben, socket: await connect(ben) };
});
afterAll(async () => {
  await people.socket.close();
});

async function setScene(): Promise<Scene> {
  const { ann, ben } = people;
  const roomId = await groupRoom(ann, [ben]);
  const said = await call("sendMessage", {
    token: ann.token,
    params: { room_id: roomId },
    body: { content: "before" },
  });
  return { ...people, roomId, said };
}

/** Returns ben's view of the message, as far as a change concerns it. */
async function seen({ ben, roomId, said }: Scene) {
  const params = { room_id: roomId, message_id: said.id };
  const [message, history, pins, room] = await Promise.all([
    call("getMessage", { token: ben.token, params }),
    call("listMessageHistory", { token: ben.token, params }),
    call("listPins", { token: ben.token, params }),
    call("getRoom", { token: ben.token, params }),
  ]);
  return {
    content: message.content,
    is_deleted: message.is_deleted,
    reactions: Object.keys(message.reactions),
    history: history.results.map((edit) => edit.content),
    pinned: [message.pinned, pins.results.length === 1],
    last: room.last_message?.content,
  };
}

const before = {
  content: "before",
  is_deleted: false,
  reactions: [],
  history: [],
  pinned: [false, false],
  last: "before",
};

interface Change {
  readonly id: OperationId;
  readonly body?: object;
  /** An operation that must come before. */
  readonly first?: OperationId;
  readonly from: object;
  readonly to: object;
  readonly event: "message_updated" | "message_deleted" | "reaction";
  /** Further writes of the operation, before `take` and after `land`. */
  readonly ahead?: Pick<FaultSpec, "action" | "sk">;
  readonly after?: Pick<FaultSpec, "action" | "sk">;
}

const changes: Change[] = [
  {
    id: "updateMessage",
    body: { content: "after" },
    from: {},
    to: { content: "after", history: ["before"], last: "after" },
    event: "message_updated",
    ahead: { action: "PutItem", sk: "EDIT#" },
  },
  {
    id: "deleteMessage",
    from: {},
    to: { content: "", is_deleted: true, last: "" },
    event: "message_deleted",
  },
  {
    id: "deleteMessage",
    first: "pinMessage",
    from: { pinned: [true, true] },
    to: { content: "", is_deleted: true, last: "" },
    event: "message_deleted",
    after: { action: "DeleteItem", sk: "PIN#" },
  },
  {
    id: "restoreMessage",
    first: "deleteMessage",
    from: { content: "", is_deleted: true, last: "" },
    to: {},
    event: "message_updated",
  },
  { id: "reactToMessage", body: { emoji: "👍" }, from: {}, to: { reactions: ["👍"] }, event: "reaction" },
  {
    id: "pinMessage",
    from: {},
    to: { pinned: [true, true] },
    event: "message_updated",
    ahead: { action: "PutItem", sk: "PIN#" },
  },
  {
    id: "unpinMessage",
    first: "pinMessage",
    from: { pinned: [true, true] },
    to: {},
    event: "message_updated",
    after: { action: "DeleteItem", sk: "PIN#" },
  },
];

let scene: Scene;
beforeEach(async () => {
  scene = await setScene();
});
afterEach(async () => {
  // The fault hit once; otherwise the test has shown nothing.
  expect((await listFaults()).map((fault) => fault.hits)).toEqual([1]);
  await clearFaults();
});

function run(id: OperationId, body?: object) {
  return attempt(id, {
    token: scene.ann.token,
    params: { room_id: scene.roomId, message_id: scene.said.id },
    ...(body && { body }),
  });
}

function injectAt(kind: FaultSpec["kind"], write: Pick<FaultSpec, "action" | "sk">) {
  return injectFault({ kind, service: "dynamodb", pk: `ROOM#${scene.roomId}`, ...write });
}

async function rev(): Promise<number> {
  const { token } = scene.ben;
  return (await call("getRoom", { token, params: { room_id: scene.roomId } })).rev;
}

function listChanged(since: number) {
  const input = {
    token: scene.ben.token,
    params: { room_id: scene.roomId },
    query: { changed_since: since },
  };
  return call("listMessages", input);
}

/** Returns the ids of the messages that a client with everything up to a revision learns of. */
async function changedSince(since: number): Promise<string[]> {
  return (await listChanged(since)).results.map((message) => message.id);
}

/**
 * Expects that the next revision is in flight for the service, and after a function's life is known
 * to be unused.
 */
async function holdUnused(since: number): Promise<void> {
  expect(await wholeSince(since)).toBe(since);
  await advanceClock(41_000);
}

/** Returns the revision up to which such a client holds every change then. */
async function wholeSince(since: number): Promise<number> {
  return (await listChanged(since)).rev;
}

/**
 * Returns how many events of a type, in the room, the socket got once everything posted before has
 * arrived.
 */
async function received(type: Change["event"]): Promise<number> {
  await scene.socket.request({ type: "ping" });
  return scene.socket.events.filter(
    (event) => event.type === type && JSON.stringify(event).includes(scene.roomId),
  ).length;
}

for (const change of changes)
  describe(`${change.id}${change.first ? ` after ${change.first}` : ""}`, () => {
    const from = { ...before, ...change.from };
    const to = { ...before, ...change.to };
    const setUp = async (): Promise<{ since: number; events: number }> => {
      if (change.first) await run(change.first);
      expect(await seen(scene)).toEqual(from);
      return { since: await rev(), events: await received(change.event) };
    };
    const holdDone = async ({ since, events }: { since: number; events: number }, last = to.last) => {
      expect(await seen(scene)).toEqual({ ...to, last });
      expect(await changedSince(since)).toEqual([scene.said.id]);
      expect(await wholeSince(since)).toBe(await rev());
      expect(await received(change.event)).toBeGreaterThan(events);
    };

    for (const [name, write] of Object.entries({ ahead: change.ahead, take, record })) {
      if (!write) continue;
      test(`the function ends at ${name}, before it lands: nothing has changed, and the repeat completes it`, async () => {
        const start = await setUp();
        await injectAt("crash", write);
        expect((await run(change.id, change.body)).status).toBe(500);
        expect(await seen(scene)).toEqual(from);
        expect(await changedSince(start.since)).toEqual([]);
        expect((await run(change.id, change.body)).status).toBeLessThan(300);
        // Any other number is settled by the message, which has a later one.
        if (write === take) await holdUnused(start.since);
        await holdDone(start);
      });
    }

    test("the function ends after it lands: changed_since has it, and the repeat publishes it", async () => {
      const start = await setUp();
      await injectAt("crash", land);
      expect((await run(change.id, change.body)).status).toBe(500);
      expect(await changedSince(start.since)).toEqual([scene.said.id]);
      expect(await received(change.event)).toBe(start.events);
      expect((await run(change.id, change.body)).status).toBeLessThan(300);
      await holdDone(start);
    });

    test("the function ends after it lands, and other messages change: the repeat reaches clients who know these", async () => {
      const start = await setUp();
      await injectAt("crash", land);
      expect((await run(change.id, change.body)).status).toBe(500);
      const { body: other } = await attempt("sendMessage", {
        token: scene.ben.token,
        params: { room_id: scene.roomId },
        body: { content: "another" },
      });
      const params = { room_id: scene.roomId, message_id: other.id };
      await call("pinMessage", { token: scene.ben.token, params });
      await call("unpinMessage", { token: scene.ben.token, params });
      const known = await rev();
      expect((await run(change.id, change.body)).status).toBeLessThan(300);
      expect(await changedSince(known)).toEqual([scene.said.id]);
      await holdDone({ ...start, since: known }, "another");
    });

    if (change.after) {
      const { after } = change;
      test("the function ends after its last write: the change is kept, and the repeat publishes it", async () => {
        const start = await setUp();
        await injectAt("crash", after);
        expect((await run(change.id, change.body)).status).toBe(500);
        expect(await seen(scene)).toEqual(to);
        expect((await run(change.id, change.body)).status).toBeLessThan(300);
        await holdDone(start);
      });
    }

    const writes = { ahead: change.ahead, take, record, land, after: change.after };
    for (const kind of ["lose", "throttle"] as const)
      for (const [name, write] of Object.entries(writes))
        if (write)
          test(`${kind} ${name}: the SDK tries again, and it is done once`, async () => {
            const start = await setUp();
            await injectAt(kind, write);
            expect((await run(change.id, change.body)).status).toBeLessThan(300);
            if (kind === "lose" && write === take) await holdUnused(start.since);
            await holdDone(start);
          });
  });

describe("replyToMessage", () => {
  const reply = () => run("replyToMessage", { content: "Answer", client_message_id: "r-1" });
  const thread = async () => {
    const params = { room_id: scene.roomId, message_id: scene.said.id };
    return (await call("listReplies", { token: scene.ben.token, params })).results.map((one) => one.seq);
  };

  test("the function ends after it records the reply: no list shows it, and the repeat completes it", async () => {
    await injectAt("crash", { action: "PutItem", sk: "REPLY#" });
    expect((await reply()).status).toBe(500);
    expect(await thread()).toEqual([]);
    expect((await reply()).status).toBe(201);
    expect(await thread()).toEqual([2]);
  });

  test("the function ends after the reply is stored: the thread has it, and the repeat answers with it", async () => {
    await injectAt("crash", { action: "PutItem", sk: "MSG#" });
    expect((await reply()).status).toBe(500);
    expect(await thread()).toEqual([2]);
    expect((await reply()).status).toBe(200);
    expect(await thread()).toEqual([2]);
  });

  test("the function ends after the claim, before the record: the repeat makes a whole reply", async () => {
    await injectAt("crash", { action: "UpdateItem", sk: "MEMBER#" });
    expect((await reply()).status).toBe(500);
    expect(await thread()).toEqual([]);
    expect((await reply()).status).toBe(201);
    expect(await thread()).toEqual([2]);
  });

  test("the answer of the record is lost: there is one reply", async () => {
    await injectAt("lose", { action: "PutItem", sk: "REPLY#" });
    expect((await reply()).status).toBe(201);
    expect(await thread()).toEqual([2]);
  });
});

test("forwardMessage: the function ends between two rooms, and the repeat sends to the second alone", async () => {
  const { ann, ben } = scene;
  const targets = [await groupRoom(ann, [ben]), await groupRoom(ann, [ben])];
  await injectFault({
    kind: "crash",
    service: "dynamodb",
    action: "UpdateItem",
    pk: `ROOM#${targets[1]}`,
    sk: "HEAD",
  });
  const forward = () => run("forwardMessage", { room_ids: targets, client_message_id: "f-1" });
  expect((await forward()).status).toBe(500);
  expect((await forward()).status).toBe(201);
  expect((await forward()).status).toBe(200);
  for (const target of targets) {
    const page = await call("listMessages", { token: ben.token, params: { room_id: target } });
    expect(page.results.map((message) => message.content)).toEqual(["before"]);
  }
});
