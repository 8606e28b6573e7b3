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
  /** Ben's, who is a peer of Ann's. */
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

/** Whether somebody is online, as the list and their status say; the two must agree. */
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

/** What Ben has been told of Ann, after everything posted before has arrived. */
async function told(): Promise<boolean[]> {
  await scene.socket.request({ type: "ping" });
  return scene.socket.events.flatMap((event) =>
    event.type === "presence" && event.user_id === scene.ann.id ? [event.is_online] : [],
  );
}

/** By then a post that finds no connection is believed. */
function afterOpening() {
  return advanceClock(61_000);
}

describe("$connect ends", () => {
  const places = {
    "after its entry": () => injectAt("crash", "PRESENCE", "connect"),
    "after its session": () => injectAt("crash", "SESSION#", "connect"),
    "while it tells the peers": () =>
      injectFault({ kind: "crash", service: "execute-api", function: "connect" }),
  };
  for (const [place, inject] of Object.entries(places))
    test(`${place}: it is refused, and what it left goes with the next event for its user`, async () => {
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
      await expect.poll(async () => (await told()).at(-1)).toBe(false);
      expect(await call("listActiveSessions", { token: ann.token })).toEqual([]);
    });

  test("never, where an answer is lost: there is one entry, and peers are told once", async () => {
    const { ann } = scene;
    await injectAt("lose", "PRESENCE", "connect");
    const socket = await connect(ann);
    await untilFaultHit();
    expect(await told()).toEqual([true]);
    expect(await call("listActiveSessions", { token: ann.token })).toHaveLength(1);
    await socket.close();
    await becomesOffline(ann);
    await expect.poll(told).toEqual([true, false]);
  });
});

describe("$disconnect ends", () => {
  test("after its entry: its user is offline, and the next time that they come is told", async () => {
    const { ann } = scene;
    const socket = await connect(ann);
    await injectAt("crash", "PRESENCE", "disconnect");
    await socket.close();
    await untilFaultHit();
    expect(await isOnline(ann)).toBe(false);
    expect(await call("listActiveSessions", { token: ann.token })).toEqual([]);
    expect(await told()).toEqual([true]);
    await (await connect(ann)).close();
    await becomesOffline(ann);
    await expect.poll(told).toEqual([true, true, false]);
  });

  test("never, where an answer is lost: peers are told once", async () => {
    const { ann } = scene;
    const socket = await connect(ann);
    await injectAt("lose", "PRESENCE", "disconnect");
    await socket.close();
    await untilFaultHit();
    await becomesOffline(ann);
    await expect.poll(told).toEqual([true, false]);
  });

  test("before its entry: the next event for its user finds it out, and peers are told", async () => {
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
    expect(await told()).toEqual([true, false]);
  });

  test("before its entry, and an announcement is the next event: whoever lists who is online settles it", async () => {
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
    expect(await told()).toEqual([true]);
    await call("listOnlineUsers", { token: ben.token });
    expect(await told()).toEqual([true, false]);
    expect(await isOnline(ann)).toBe(false);
  });

  test("after 2 hours and 10 minutes without a word of it, a connection counts as over", async () => {
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

    test(`${id}: after a crash the list is right, and a repeat writes nothing`, async () => {
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

    test(`${id}: where an answer is lost, peers are told once`, async () => {
      await prepare();
      await injectAt("lose", "PRESENCE", "presence");
      await call(id, { token: scene.ann.token });
      await untilFaultHit();
      expect(await told()).toEqual(isThere ? [true] : [true, false]);
    });
  }
});

describe("many at once", () => {
  test("more devices than there is room for: the rest is closed", async () => {
    const { ann } = scene;
    await connect(ann);
    await Promise.all(Array.from({ length: 30 }, () => connect(ann)));
    expect(await call("listActiveSessions", { token: ann.token })).toHaveLength(20);
  });

  test("who finds out that somebody is gone: peers are told once", async () => {
    const { ann, ben } = scene;
    await call("heartbeat", { token: ann.token });
    await advanceClock(6 * 60_000);
    await Promise.all(Array.from({ length: 12 }, () => call("listOnlineUsers", { token: ben.token })));
    expect(await told()).toEqual([true, false]);
  });

  test("devices that come and go together leave their user as the last one does, told once", async () => {
    const { ann } = scene;
    for (let round = 1; round <= 2; round += 1) {
      const sockets = await Promise.all(Array.from({ length: 8 }, () => connect(ann)));
      expect(await call("listActiveSessions", { token: ann.token })).toHaveLength(8);
      expect(await isOnline(ann)).toBe(true);
      await Promise.all(sockets.map((socket) => socket.close()));
      await becomesOffline(ann);
      // The peers are told after it is written.
      await expect.poll(told).toEqual(Array.from({ length: 2 * round }, (_, at) => at % 2 === 0));
    }
  });

  test("a cleanup that breaks off is finished by the next", async () => {
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
