import { describe, expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import { advanceClock, metered, readMeter } from "../support/control.ts";
import { directRoom, groupRoom, newUser, newUsers, type TestUser, three, two } from "../support/people.ts";
import { connect, type SocketClient } from "../support/socket-client.ts";

const minute = 60_000;

async function isOnline(user: TestUser): Promise<boolean> {
  return (await call("getUserStatus", { token: user.token, params: { user_id: user.id } })).is_online;
}

function untilOffline(user: TestUser) {
  return expect.poll(() => isOnline(user), { timeout: 10_000 }).toBe(false);
}

/**
 * Returns the presences of a user that a socket got, after everything posted before has arrived.
 */
async function presencesOf(socket: SocketClient, user: TestUser): Promise<boolean[]> {
  await socket.request({ type: "ping" });
  return socket.events.flatMap((event) =>
    event.type === "presence" && event.user_id === user.id ? [event.is_online] : [],
  );
}

describe("presence", () => {
  test("peers get an event when a user comes online or goes offline, and not for each connection", async () => {
    const [ann, ben, eve] = await three();
    // Two rooms are shared, and one event is sent.
    await Promise.all([directRoom(ann, ben), groupRoom(ann, [ben])]);
    const [benSocket, eveSocket] = await Promise.all([connect(ben), connect(eve)]);
    const [first, second] = [await connect(ann), await connect(ann)];
    expect(await benSocket.next("presence")).toMatchObject({ user_id: ann.id, is_online: true });
    await first.close();
    await expect
      .poll(async () => (await call("listActiveSessions", { token: ann.token })).length, { timeout: 10_000 })
      .toBe(1);
    expect(await presencesOf(benSocket, ann)).toEqual([true]);
    await second.close();
    const left = await benSocket.next("presence");
    expect(left).toMatchObject({ user_id: ann.id, is_online: false });
    expect(await call("getUserStatus", { token: ben.token, params: { user_id: ann.id } })).toEqual({
      user_id: ann.id,
      is_online: false,
      last_seen: left.last_seen,
    });
    expect(await presencesOf(benSocket, ann)).toEqual([true, false]);
    expect(await presencesOf(eveSocket, ann)).toEqual([]);
    expect(await presencesOf(benSocket, ben)).toEqual([]);
    await Promise.all([benSocket.close(), eveSocket.close()]);
  });

  test("heartbeats, markOffline and unnoticed ends are published too, each once", async () => {
    const [ann, ben] = await two();
    await directRoom(ann, ben);
    const socket = await connect(ben);
    await call("heartbeat", { token: ann.token });
    await advanceClock(minute + 1000);
    await call("heartbeat", { token: ann.token });
    expect(await presencesOf(socket, ann)).toEqual([true]);
    await call("markOffline", { token: ann.token });
    await call("markOffline", { token: ann.token });
    expect(await presencesOf(socket, ann)).toEqual([true, false]);
    const { last_activity: last } = await call("heartbeat", { token: ann.token });
    await advanceClock(6 * minute);
    // The end of a heartbeat is published when a call finds it.
    expect(await presencesOf(socket, ann)).toEqual([true, false, true]);
    for (let at = 0; at < 2; at += 1) await call("listOnlineUsers", { token: ben.token });
    await socket.until(
      (events) => events.filter((event) => event.type === "presence").length === 4,
      "The end",
    );
    expect(socket.events.at(-1)).toMatchObject({ is_online: false, last_seen: last });
    await call("listOnlineUsers", { token: ben.token });
    expect(await presencesOf(socket, ann)).toEqual([true, false, true, false]);
    await socket.close();
  });

  test("a heartbeat while connected, and the end of the connection under a heartbeat, change nothing", async () => {
    const [ann, ben] = await two();
    await directRoom(ann, ben);
    const [benSocket, annSocket] = [await connect(ben), await connect(ann)];
    await call("heartbeat", { token: ann.token });
    await annSocket.close();
    await expect
      .poll(async () => (await call("listActiveSessions", { token: ann.token })).length, { timeout: 10_000 })
      .toBe(0);
    expect(await presencesOf(benSocket, ann)).toEqual([true]);
    expect(await isOnline(ann)).toBe(true);
    await benSocket.close();
  });

  test("reaches no member through a room of over 50, and a connection of one room through that room alone", async () => {
    const [ann, ben, eve] = await three();
    const others = await newUsers(49);
    await groupRoom(ann, [eve, ...others]);
    const [shared, other] = [await directRoom(ann, ben), await groupRoom(ben, [eve])];
    const sockets = [
      await connect(ben, { room_id: shared }),
      await connect(ben, { room_id: other }),
      await connect(eve),
    ];
    const annSocket = await connect(ann);
    await sockets[0]?.next("presence");
    const presences = await Promise.all(sockets.map((socket) => presencesOf(socket, ann)));
    expect(presences).toEqual([[true], [], []]);
    await Promise.all([...sockets, annSocket].map((socket) => socket.close()));
  });

  test("costs a fixed amount for each peer, up to 200 peers", async () => {
    const ann = await newUser("ann");
    const people = [];
    for (let at = 0; at < 6; at += 1) people.push(...(await newUsers(42)));
    const cost = async () => {
      const { operations } = await metered(async () => {
        await call("heartbeat", { token: ann.token });
      });
      await call("markOffline", { token: ann.token });
      const counts = Object.values(operations);
      return {
        rru: counts.reduce((sum, one) => sum + one.rru, 0),
        calls: counts.reduce((sum, one) => sum + one.dynamodb_calls, 0),
      };
    };
    const alone = await cost();
    for (let room = 0; room < 6; room += 1) await groupRoom(ann, people.slice(room * 42, room * 42 + 42));
    const last = people.slice(0, 3);
    const sockets = await Promise.all(last.map((one) => connect(one)));
    const { rru, calls } = await cost();
    // Half a unit for each presence, and for each room its head and a roster of 43.
    expect(rru - alone.rru).toBeLessThan(0.5 * 200 + 6 * 2 + 3);
    expect(calls - alone.calls).toBeLessThan(8);
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});

describe("user_joined, user_left", () => {
  test("reach the other members by sockets of the room, and not by connections of all rooms", async () => {
    const [ann, ben, eve] = await three();
    const roomId = await groupRoom(ann, [ben, eve]);
    const elsewhere = await groupRoom(ann, [ben]);
    const [inRoom, inAll, inOther] = [
      await connect(ben, { room_id: roomId }),
      await connect(eve),
      await connect(ben, { room_id: elsewhere }),
    ];
    const annAll = await connect(ann);
    const [first, second] = [
      await connect(ann, { room_id: roomId }),
      await connect(ann, { room_id: roomId }),
    ];
    const expected = { type: "user_joined", room_id: roomId, user: ann.email, user_id: ann.id };
    for (const socket of [inRoom, inAll]) {
      await socket.until(
        (events) => events.some((event) => event.type === "user_joined" && event.user_id === ann.id),
        "The visit",
      );
    }
    await first.close();
    await second.close();
    for (const socket of [inRoom, inAll]) {
      expect(await socket.next("user_left")).toEqual({ ...expected, type: "user_left" });
      await socket.request({ type: "ping" });
      const visits = socket.events.filter(
        (event) => (event.type === "user_joined" || event.type === "user_left") && event.user_id === ann.id,
      );
      expect(visits).toEqual([expected, { ...expected, type: "user_left" }]);
    }
    for (const socket of [annAll, inOther]) {
      await socket.request({ type: "ping" });
      expect(
        socket.events.some(
          (event) => (event.type === "user_joined" || event.type === "user_left") && event.user_id === ann.id,
        ),
      ).toBe(false);
    }
    await Promise.all([inRoom, inAll, inOther, annAll].map((socket) => socket.close()));
  });

  test("reach the socket of a direct room that was opened by a user's id", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    const annSocket = await connect(ann, { user_id: ben.id });
    const benSocket = await connect(ben, { user_id: ann.id });
    expect(await annSocket.next("user_joined")).toEqual({
      type: "user_joined",
      room_id: roomId,
      user: ben.email,
      user_id: ben.id,
    });
    await benSocket.close();
    await annSocket.next("user_left");
    await annSocket.close();
    await untilOffline(ann);
  });
});

describe("the cost of a connection", () => {
  const wruOf = async (work: () => Promise<unknown>): Promise<number> => {
    const { operations } = await metered(work);
    return Object.values(operations).reduce((sum, counts) => sum + counts.wru, 0);
  };
  /** Closes a socket, and waits until the end of its session is written, which comes last. */
  const close = async (socket: SocketClient) => {
    await socket.close();
    const hasEnded = async () =>
      (await readMeter()).calls.some(
        ({ operation, key }) => operation === "$disconnect" && key?.includes("SESSION#"),
      );
    await expect.poll(hasEnded, { timeout: 10_000 }).toBe(true);
  };

  test("to connect: 5 WRU, for the first device and for another, after a heartbeat too; to disconnect: 4", async () => {
    const ann = await newUser("ann");
    const sockets: SocketClient[] = [];
    const open = async () => {
      sockets.push(await connect(ann));
    };
    expect(await wruOf(open)).toBe(5);
    expect(await wruOf(open)).toBeLessThanOrEqual(5);
    const [first, second] = sockets;
    if (!first || !second) throw new Error("no sockets");
    expect(await wruOf(() => close(first))).toBeLessThanOrEqual(4);
    expect(await wruOf(() => call("heartbeat", { token: ann.token }))).toBe(1);
    // The heartbeat keeps her online, for less long than the connection would have.
    expect(await wruOf(() => close(second))).toBeLessThanOrEqual(4);
    expect(await wruOf(open)).toBeLessThanOrEqual(5);
    await sockets.at(-1)?.close();
  });
});
