import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import {
  advanceClock,
  clearFaults,
  type FaultSpec,
  injectFault,
  listFaults,
  metered,
} from "../support/control.ts";
import { say } from "../support/messages.ts";
import { directRoom, password, type TestUser, two } from "../support/people.ts";
import { connect, type SocketClient, UpgradeRefused } from "../support/socket-client.ts";

interface Scene {
  readonly ann: TestUser;
  readonly ben: TestUser;
  readonly roomId: string;
  /** The socket of Ben, who is a peer of Ann. */
  readonly socket: SocketClient;
}

let scene: Scene;
beforeEach(async () => {
  const [ann, ben] = await two();
  scene = { ann, ben, roomId: await directRoom(ann, ben), socket: await connect(ben) };
});
afterEach(async () => {
  await clearFaults();
  await scene.socket.close();
});

/** Makes a call about Ann's presence fail. */
function injectAt(kind: FaultSpec["kind"], sk: string, functionName: string): Promise<void> {
  return injectFault({
    kind,
    service: "dynamodb",
    action: sk === "PRESENCE" ? "UpdateItem" : "PutItem",
    pk: `USER#${scene.ann.id}`,
    sk,
    function: functionName,
  });
}

async function untilFaultHit(): Promise<void> {
  await expect.poll(async () => (await listFaults())[0]?.hits, { timeout: 10_000 }).toBe(1);
}

/** Returns whether a user is online. The list and the status must agree. */
async function isOnline(user: TestUser): Promise<boolean> {
  const { token } = scene.ben;
  const { is_online } = await call("getUserStatus", { token, params: { user_id: user.id } });
  const { online_users: ids } = await call("listOnlineUsers", { token });
  expect(ids.includes(user.id), "the list and the status agree").toBe(is_online);
  return is_online;
}

function becomesOffline(user: TestUser) {
  return expect.poll(() => isOnline(user), { timeout: 10_000 }).toBe(false);
}

/**
 * Returns the presences of Ann that Ben got, once everything that was posted before has arrived.
 */
async function eventsOfAnn(): Promise<boolean[]> {
  await scene.socket.request({ type: "ping" });
  return scene.socket.events.flatMap((event) =>
    event.type === "presence" && event.user_id === scene.ann.id ? [event.is_online] : [],
  );
}

/** Advances the clock to a time when a post that finds no connection counts. */
function afterOpening() {
  return advanceClock(61_000);
}

describe("$connect ends", () => {
  const places = {
    "after its entry": () => injectAt("crash", "PRESENCE", "connect"),
    "after its session": () => injectAt("crash", "SESSION#", "connect"),
    "while it publishes to the peers": () =>
      injectFault({ kind: "crash", service: "execute-api", function: "connect" }),
  };
  for (const [place, inject] of Object.entries(places))
    test(`${place}: it is refused, and the next event for its user cleans up`, async () => {
      const { ann } = scene;
      await inject();
      await expect(connect(ann)).rejects.toBeInstanceOf(UpgradeRefused);
      await untilFaultHit();
      const socket = await connect(ann);
      expect(await isOnline(ann)).toBe(true);
      await afterOpening();
      await say(scene.ben, scene.roomId);
      await socket.next("message");
      await socket.close();
      await becomesOffline(ann);
      await expect.poll(async () => (await eventsOfAnn()).at(-1)).toBe(false);
      expect(await call("listActiveSessions", { token: ann.token })).toEqual([]);
    });

  test("never, when an answer is lost: there is one entry, and peers get one event", async () => {
    const { ann } = scene;
    await injectAt("lose", "PRESENCE", "connect");
    const socket = await connect(ann);
    await untilFaultHit();
    expect(await eventsOfAnn()).toEqual([true]);
    expect(await call("listActiveSessions", { token: ann.token })).toHaveLength(1);
    await socket.close();
    await becomesOffline(ann);
    await expect.poll(eventsOfAnn).toEqual([true, false]);
  });
});

describe("$disconnect ends", () => {
  test("after its entry: its user is offline, and the next connection is published", async () => {
    const { ann } = scene;
    const socket = await connect(ann);
    await injectAt("crash", "PRESENCE", "disconnect");
    await socket.close();
    await untilFaultHit();
    expect(await isOnline(ann)).toBe(false);
    expect(await call("listActiveSessions", { token: ann.token })).toEqual([]);
    expect(await eventsOfAnn()).toEqual([true]);
    await (await connect(ann)).close();
    await becomesOffline(ann);
    await expect.poll(eventsOfAnn).toEqual([true, true, false]);
  });

  test("never, when an answer is lost: peers get one event", async () => {
    const { ann } = scene;
    const socket = await connect(ann);
    await injectAt("lose", "PRESENCE", "disconnect");
    await socket.close();
    await untilFaultHit();
    await becomesOffline(ann);
    await expect.poll(eventsOfAnn).toEqual([true, false]);
  });

  test("before its entry: the next event for its user reveals it, and peers get an event", async () => {
    const { ann } = scene;
    const socket = await connect(ann);
    await injectFault({ kind: "throttle", service: "dynamodb", function: "disconnect", times: 0 });
    await socket.close();
    await expect.poll(async () => (await listFaults())[0]?.hits, { timeout: 20_000 }).toBe(5);
    await clearFaults();
    await afterOpening();
    expect(await isOnline(ann)).toBe(true);
    await say(scene.ben, scene.roomId);
    expect(await isOnline(ann)).toBe(false);
    expect(await eventsOfAnn()).toEqual([true, false]);
  });

  test("before its entry, and a presence event comes next: listOnlineUsers cleans up", async () => {
    const { ann, ben } = scene;
    const socket = await connect(ann);
    await injectFault({ kind: "throttle", service: "dynamodb", function: "disconnect", times: 0 });
    await socket.close();
    await expect.poll(async () => (await listFaults())[0]?.hits, { timeout: 20_000 }).toBe(5);
    await clearFaults();
    await afterOpening();
    await call("markOffline", { token: ben.token });
    const params = { user_id: ann.id };
    expect((await call("getUserStatus", { token: ben.token, params })).is_online).toBe(false);
    expect(await eventsOfAnn()).toEqual([true]);
    await call("listOnlineUsers", { token: ben.token });
    expect(await eventsOfAnn()).toEqual([true, false]);
    expect(await isOnline(ann)).toBe(false);
  });

  test("without a trace: the connection counts as over after 2 hours and 10 minutes", async () => {
    const { ann } = scene;
    const socket = await connect(ann);
    await injectFault({
      kind: "crash",
      service: "dynamodb",
      action: "GetItem",
      function: "disconnect",
      times: 0,
    });
    await socket.close();
    await untilFaultHit();
    await clearFaults();
    await advanceClock((2 * 60 + 11) * 60_000);
    const { access_token: token } = await call("login", { body: { email: ann.email, password } });
    const params = { user_id: ann.id };
    expect((await call("getUserStatus", { token, params })).is_online).toBe(false);
    const list = () => call("listOnlineUsers", { token });
    expect((await list()).online_users).not.toContain(ann.id);
    expect(await call("listActiveSessions", { token })).toEqual([]);
    const again = await connect({ ...ann, token });
    expect((await list()).online_users).toContain(ann.id);
    await again.close();
  });
});

describe("a sign of life", () => {
  for (const [id, isThere] of [
    ["heartbeat", true],
    ["markOffline", false],
  ] as const) {
    const prepare = async () => {
      if (!isThere) await call("heartbeat", { token: scene.ann.token });
    };

    test(`${id} leaves the list right after a crash, and writes nothing when repeated`, async () => {
      const { token } = scene.ann;
      await prepare();
      await injectAt("crash", "PRESENCE", "presence");
      expect((await attempt(id, { token })).status).toBe(500);
      await untilFaultHit();
      expect(await isOnline(scene.ann)).toBe(isThere);
      const { operations } = await metered(() => call(id, { token }));
      expect(Object.values(operations).map((counts) => counts.wru)).toEqual([0]);
      expect(await isOnline(scene.ann)).toBe(isThere);
    });

    test(`${id} publishes one event when an answer is lost`, async () => {
      await prepare();
      await injectAt("lose", "PRESENCE", "presence");
      await call(id, { token: scene.ann.token });
      await untilFaultHit();
      expect(await eventsOfAnn()).toEqual(isThere ? [true] : [true, false]);
    });
  }
});

describe("concurrent calls", () => {
  test("$connect keeps 20 connections of a user and closes the others", async () => {
    const { ann } = scene;
    await connect(ann);
    await Promise.all(Array.from({ length: 30 }, () => connect(ann)));
    expect(await call("listActiveSessions", { token: ann.token })).toHaveLength(20);
  });

  test("listOnlineUsers publishes once that a user is offline when many calls find it", async () => {
    const { ann, ben } = scene;
    await call("heartbeat", { token: ann.token });
    await advanceClock(6 * 60_000);
    await Promise.all(Array.from({ length: 12 }, () => call("listOnlineUsers", { token: ben.token })));
    expect(await eventsOfAnn()).toEqual([true, false]);
  });

  test("$connect and $disconnect of many devices publish one event each way", async () => {
    const { ann } = scene;
    for (let round = 1; round <= 2; round += 1) {
      const sockets = await Promise.all(Array.from({ length: 8 }, () => connect(ann)));
      expect(await call("listActiveSessions", { token: ann.token })).toHaveLength(8);
      expect(await isOnline(ann)).toBe(true);
      await Promise.all(sockets.map((socket) => socket.close()));
      await becomesOffline(ann);
      // The event is published after the write.
      await expect.poll(eventsOfAnn).toEqual(Array.from({ length: 2 * round }, (_, at) => at % 2 === 0));
    }
  });

  test("cleanupOldSessions finishes a cleanup that was interrupted", async () => {
    const { ann } = scene;
    for (let at = 0; at < 4; at += 1) await (await connect(ann)).close();
    await becomesOffline(ann);
    await advanceClock(25 * 3_600_000);
    const { access_token: token } = await call("login", { body: { email: ann.email, password } });
    await injectFault({ kind: "crash", service: "dynamodb", action: "DeleteItem", function: "presence" });
    expect((await attempt("cleanupOldSessions", { token })).status).toBe(500);
    await untilFaultHit();
    expect((await call("cleanupOldSessions", { token })).deleted_sessions).toBeLessThan(4);
    expect((await call("cleanupOldSessions", { token })).deleted_sessions).toBe(0);
  });
});
