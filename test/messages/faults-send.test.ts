import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, type FaultSpec, injectFault, listFaults } from "../support/control.ts";
import { directRoom, type TestUser, two } from "../support/people.ts";
import { connect, type SocketClient } from "../support/socket-client.ts";
import { target } from "../support/target.ts";

/** The item of each of the three writes of a send, in their order. */
const steps = {
  order: { action: "UpdateItem", sk: "HEAD" },
  claim: { action: "UpdateItem", sk: "MEMBER#" },
  write: { action: "PutItem", sk: "MSG#" },
} as const;
type Step = keyof typeof steps;

interface Scene {
  readonly ann: TestUser;
  readonly ben: TestUser;
  readonly roomId: string;
  readonly socket: SocketClient;
}

async function setScene(): Promise<Scene> {
  const [ann, ben] = await two();
  const roomId = await directRoom(ann, ben);
  const socket = await connect(ben);
  await call("sendMessage", { token: ann.token, params: { room_id: roomId }, body: { content: "before" } });
  await socket.next("message");
  return { ann, ben, roomId, socket };
}

function send({ ann, roomId }: Scene, content = "the message") {
  return attempt("sendMessage", {
    token: ann.token,
    params: { room_id: roomId },
    body: { content, client_message_id: "the-id" },
  });
}

async function injectAt(kind: FaultSpec["kind"], { roomId }: Scene, step: Step): Promise<void> {
  return injectFault({ kind, service: "dynamodb", pk: `ROOM#${roomId}`, ...steps[step] });
}

async function history({ ben, roomId }: Scene): Promise<[number, string][]> {
  const page = await call("listMessages", { token: ben.token, params: { room_id: roomId } });
  return page.results.map((message) => [message.seq, message.content]);
}

function room({ ben, roomId }: Scene) {
  return call("getRoom", { token: ben.token, params: { room_id: roomId } });
}

/**
 * Returns the numbers of the message's events that the socket got, after everything posted before
 * has arrived.
 */
async function received({ socket }: Scene): Promise<number[]> {
  await socket.request({ type: "ping" });
  return socket.events.flatMap((event) =>
    event.type === "message" && event.message.content === "the message" ? [event.message.seq] : [],
  );
}

let scene: Scene;
/** The number of hits that each fault of the test must have by its end. */
let expectedHits: number[];
beforeEach(async () => {
  expectedHits = [1];
  scene = await setScene();
});
afterEach(async () => {
  // The fault hit once; otherwise the test has shown nothing.
  expect((await listFaults()).map((fault) => fault.hits)).toEqual(expectedHits);
  await clearFaults();
  await scene.socket.close();
});

describe("the function ends", () => {
  test("after order: a number stays unused, and the retry takes the next", async () => {
    await injectAt("crash", scene, "order");
    expect((await send(scene)).status).toBe(500);
    expect(await history(scene)).toEqual([[1, "before"]]);
    expect(await room(scene)).toMatchObject({ seq: 2 });
    const retry = await send(scene);
    expect(retry).toMatchObject({ status: 201, body: { seq: 3 } });
    expect(await history(scene)).toEqual([
      [1, "before"],
      [3, "the message"],
    ]);
    expect(await received(scene)).toEqual([3]);
    expect((await room(scene)).last_message).toMatchObject({ seq: 3, content: "the message" });
  });

  test("after claim: the retry completes the message at the same seq", async () => {
    await injectAt("crash", scene, "claim");
    expect((await send(scene)).status).toBe(500);
    expect(await history(scene)).toEqual([[1, "before"]]);
    const retry = await send(scene);
    expect(retry).toMatchObject({ status: 201, body: { seq: 2 } });
    expect(await history(scene)).toEqual([
      [1, "before"],
      [2, "the message"],
    ]);
    expect(await received(scene)).toEqual([2]);
  });

  test("after write: the retry is answered with the stored message, and delivers it", async () => {
    await injectAt("crash", scene, "write");
    expect((await send(scene)).status).toBe(500);
    expect(await history(scene)).toEqual([
      [1, "before"],
      [2, "the message"],
    ]);
    expect(await received(scene)).toEqual([]);
    const retry = await send(scene, "another text under the same id");
    expect(retry).toMatchObject({ status: 200, body: { seq: 2, content: "the message" } });
    expect(await received(scene)).toEqual([2]);
  });

  test("while delivering: the retry is answered with the stored message, and delivers it again", async () => {
    await injectFault({ kind: "crash", service: "execute-api", function: "messages" });
    expect((await send(scene)).status).toBe(500);
    const retry = await send(scene);
    expect(retry).toMatchObject({ status: 200, body: { seq: 2 } });
    expect(await history(scene)).toHaveLength(2);
    expect(new Set(await received(scene))).toEqual(new Set([2]));
  });
});

describe("the answer of a call is lost, and the SDK repeats the call", () => {
  test("of order: one number stays unused, and the message is sent once", async () => {
    await injectAt("lose", scene, "order");
    expect(await send(scene)).toMatchObject({ status: 201, body: { seq: 3 } });
    expect(await history(scene)).toEqual([
      [1, "before"],
      [3, "the message"],
    ]);
    expect(await received(scene)).toEqual([3]);
    expect(await send(scene)).toMatchObject({ status: 200, body: { seq: 3 } });
  });

  for (const step of ["claim", "write"] as const)
    test(`of ${step}: the message is sent once, at its seq`, async () => {
      await injectAt("lose", scene, step);
      expect(await send(scene)).toMatchObject({ status: 201, body: { seq: 2 } });
      expect(await history(scene)).toEqual([
        [1, "before"],
        [2, "the message"],
      ]);
      expect(await received(scene)).toEqual([2]);
      expect(await send(scene)).toMatchObject({ status: 200, body: { seq: 2 } });
    });
});

describe("a call is throttled", () => {
  for (const step of ["order", "claim", "write"] as const)
    test(`at ${step}: the SDK tries again, and the message is sent once`, async () => {
      await injectAt("throttle", scene, step);
      expect(await send(scene)).toMatchObject({ status: 201, body: { seq: 2 } });
      expect(await received(scene)).toEqual([2]);
    });
});

describe("a message that is not stored is not shown", () => {
  test("as the last message, when a step fails for good", async () => {
    for (const step of ["claim", "write"] as const) {
      await injectFault({
        kind: "throttle",
        service: "dynamodb",
        pk: `ROOM#${scene.roomId}`,
        ...steps[step],
        times: 0,
      });
      expect((await send(scene, `never stored: ${step}`)).status).toBe(503);
      expect((await room(scene)).last_message).toMatchObject({ seq: 1, content: "before" });
      expect((await listFaults())[0]?.hits).toBeGreaterThan(1);
      await clearFaults();
    }
    expectedHits = [];
    // The second one was claimed: its retry completes it, and it is shown again.
    expect(await send(scene, "the message")).toMatchObject({ status: 201, body: { seq: 3 } });
    expect((await room(scene)).last_message).toMatchObject({ seq: 3 });
  });
});

test("page 1 holds the newest messages, even if numbers stayed unused", async () => {
  expectedHits = [1, 1, 1];
  for (let at = 0; at < 3; at += 1) {
    await injectAt("crash", scene, "order");
    expect((await send(scene)).status).toBe(500);
  }
  const page = await call("listMessages", {
    token: scene.ben.token,
    params: { room_id: scene.roomId },
    query: { page_size: 2 },
  });
  expect(page.results.map((message) => message.content)).toEqual(["before"]);
});

test("links from page 1 repeat nothing, even if numbers stayed unused", async () => {
  expectedHits = [1, 1];
  for (let at = 0; at < 2; at += 1) {
    await injectAt("crash", scene, "order");
    expect((await send(scene)).status).toBe(500);
    const body = { content: `after hole ${at + 1}` };
    await call("sendMessage", { token: scene.ann.token, params: { room_id: scene.roomId }, body });
  }
  const seen: string[] = [];
  let next: string | null = `${target().httpUrl}/api/chat/rooms/${scene.roomId}/messages?page=1&page_size=2`;
  while (next) {
    const response: Response = await fetch(next, { headers: { authorization: `Bearer ${scene.ben.token}` } });
    const page = (await response.json()) as { next: string | null; results: { content: string }[] };
    seen.push(...page.results.map(({ content }) => content));
    next = page.next;
  }
  expect(seen).toEqual(["after hole 1", "after hole 2", "before"]);
});

describe("over the socket", () => {
  for (const step of ["order", "claim", "write"] as const)
    test(`the function ends after ${step}: the client's retry gets its ack, and the message is stored once`, async () => {
      const socket = await connect(scene.ann);
      await injectAt("crash", scene, step);
      const frame = {
        type: "message",
        room_id: scene.roomId,
        content: "the message",
        client_message_id: "the-id",
      } as const;
      socket.send(frame);
      await expect.poll(async () => (await listFaults())[0]?.hits, { timeout: 10_000 }).toBe(1);
      expect(await socket.request(frame)).toMatchObject({ type: "ack", message: { content: "the message" } });
      expect((await history(scene)).map(([, content]) => content)).toEqual(["before", "the message"]);
      await socket.close();
    });
});
