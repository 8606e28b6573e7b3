import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { advanceClock, metered } from "../support/control.ts";
import { directRoom, groupRoom, newUser, password, type TestUser, three, two } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

const minute = 60_000;

/** Returns a token that is valid after the clock has been advanced. */
async function tokenOf({ email }: TestUser): Promise<string> {
  return (await call("login", { body: { email, password } })).access_token;
}

function statusOf(user: TestUser) {
  return call("getUserStatus", { token: user.token, params: { user_id: user.id } });
}

/** Returns whether a user is online. The list and the status must agree. */
async function isOnline(user: TestUser, viewer: TestUser = user): Promise<boolean> {
  const { online_users: ids } = await call("listOnlineUsers", { token: viewer.token });
  const { is_online } = await statusOf(user);
  expect(ids.includes(user.id), "the list and the status agree").toBe(is_online);
  return is_online;
}

async function wruOf(work: () => Promise<unknown>): Promise<number> {
  const { operations } = await metered(work);
  return Object.values(operations).reduce((sum, counts) => sum + counts.wru, 0);
}

describe("heartbeat", () => {
  test("keeps a user online for five minutes", async () => {
    const [ann, ben] = await two();
    expect(await isOnline(ann, ben)).toBe(false);
    const { status, last_activity: at } = await call("heartbeat", {
      token: ann.token,
      body: { timestamp: "2024-01-15T10:30:00Z" },
    });
    expect(status).toBe("success");
    // The server's clock counts, not the client's.
    expect(Date.parse(at)).toBeGreaterThan(Date.parse("2025-01-01T00:00:00Z"));
    expect(await isOnline(ann, ben)).toBe(true);
    expect(await statusOf(ann)).toEqual({ user_id: ann.id, is_online: true, last_seen: at });
    await advanceClock(4.5 * minute);
    expect(await isOnline(ann, ben)).toBe(true);
    await advanceClock(minute);
    expect(await isOnline(ann, ben)).toBe(false);
    expect(await statusOf(ann)).toEqual({ user_id: ann.id, is_online: false, last_seen: at });
  });

  test("every two minutes keeps a user on the list without a gap", async () => {
    const ann = await newUser("ann");
    for (let passed = 0; passed < 12; passed += 1) {
      if (passed % 2 === 0) await call("heartbeat", { token: ann.token });
      expect(await isOnline(ann)).toBe(true);
      await advanceClock(minute);
    }
  });

  test("less than a minute after the last writes nothing, and returns the last", async () => {
    const ann = await newUser("ann");
    const first = await call("heartbeat", { token: ann.token, body: {} });
    expect(await wruOf(() => call("heartbeat", { token: ann.token }))).toBe(0);
    expect(await call("heartbeat", { token: ann.token })).toEqual(first);
    await advanceClock(minute + 1000);
    const next = await call("heartbeat", { token: ann.token });
    expect(Date.parse(next.last_activity)).toBeGreaterThan(Date.parse(first.last_activity) + minute);
  });

  test("refuses an invalid timestamp, and a request without a token", async () => {
    const ann = await newUser("ann");
    for (const timestamp of ["yesterday", 7]) {
      const { problem } = await attempt("heartbeat", { token: ann.token, body: { timestamp } });
      expect(problem).toMatchObject({ code: "invalid_input", errors: [{ path: "timestamp" }] });
    }
    expect((await attempt("heartbeat", { body: {} })).status).toBe(401);
    expect(await isOnline(ann)).toBe(false);
  });
});

describe("listOnlineUsers", () => {
  test("lists users who are connected or have sent a heartbeat, with queries of the index alone", async () => {
    const [ann, ben, eve] = await three();
    const socket = await connect(ann);
    await call("heartbeat", { token: ben.token });
    let listed: string[] = [];
    const { calls } = await metered(async () => {
      listed = (await call("listOnlineUsers", { token: eve.token })).online_users;
    });
    expect(listed).toEqual(expect.arrayContaining([ann.id, ben.id]));
    expect(listed).not.toContain(eve.id);
    expect(new Set(listed).size).toBe(listed.length);
    expect(calls.map((one) => one.action)).not.toContain("Scan");
    await socket.close();
    await expect.poll(() => isOnline(ann), { timeout: 10_000 }).toBe(false);
  });

  test("lists a user with a connection after a heartbeat, and with a heartbeat that outlives it", async () => {
    const ann = await newUser("ann");
    await call("heartbeat", { token: ann.token });
    const socket = await connect(ann);
    await advanceClock(6 * minute);
    // Her place on the list has expired: the next call that reads the list moves it.
    expect(await isOnline(ann)).toBe(true);
    const read = () => call("listOnlineUsers", { token: ann.token });
    expect(await wruOf(read)).toBe(0);
    await call("heartbeat", { token: ann.token });
    await socket.close();
    await expect
      .poll(async () => (await call("listActiveSessions", { token: ann.token })).length, { timeout: 10_000 })
      .toBe(0);
    expect(await isOnline(ann)).toBe(true);
    await advanceClock(6 * minute);
    expect(await isOnline(ann)).toBe(false);
    expect(await wruOf(read)).toBe(0);
  });
});

describe("markOffline", () => {
  test("makes a user offline at once, and the next heartbeat makes the user online", async () => {
    const ann = await newUser("ann");
    expect(await call("markOffline", { token: ann.token })).toEqual({ status: "offline" });
    await call("heartbeat", { token: ann.token });
    await call("markOffline", { token: ann.token, body: { timestamp: "2024-01-15T10:30:00Z" } });
    expect(await isOnline(ann)).toBe(false);
    expect((await statusOf(ann)).last_seen).not.toBeNull();
    await call("heartbeat", { token: ann.token });
    expect(await isOnline(ann)).toBe(true);
  });

  test("leaves sockets open, which get all events, until a new one makes their user online", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    const socket = await connect(ann);
    await call("markOffline", { token: ann.token });
    expect(await isOnline(ann)).toBe(false);
    await call("sendMessage", {
      token: ben.token,
      params: { room_id: roomId },
      body: { content: "Are you there?" },
    });
    await socket.next("message");
    const { last_seen: seen } = await statusOf(ann);
    const other = await connect(ann);
    expect(await isOnline(ann)).toBe(true);
    await call("markOffline", { token: ann.token });
    await Promise.all([socket.close(), other.close()]);
    await call("heartbeat", { token: ann.token });
    expect(await isOnline(ann)).toBe(true);
    expect(seen).not.toBeNull();
  });

  test("refuses an invalid timestamp", async () => {
    const ann = await newUser("ann");
    const { problem } = await attempt("markOffline", { token: ann.token, body: { timestamp: true } });
    expect(problem.code).toBe("invalid_input");
  });
});

describe("getUserStatus, updateUserStatus", () => {
  test("change a user's own status as a heartbeat and markOffline do", async () => {
    const [ann, ben] = await two();
    const params = { user_id: ann.id };
    expect(await statusOf(ann)).toEqual({ user_id: ann.id, is_online: false, last_seen: null });
    const on = await call("updateUserStatus", { token: ann.token, params, body: { is_online: true } });
    expect(on.is_online).toBe(true);
    expect(await call("getUserStatus", { token: ben.token, params })).toEqual(on);
    expect(await isOnline(ann, ben)).toBe(true);
    const off = await call("updateUserStatus", { token: ann.token, params, body: { is_online: false } });
    expect(off).toMatchObject({ is_online: false });
    expect(await isOnline(ann, ben)).toBe(false);
  });

  test("refuse another user's status, and invalid input", async () => {
    const [ann, ben] = await two();
    const change = (userId: string, body: unknown) =>
      attempt("updateUserStatus", { token: ben.token, params: { user_id: userId }, body });
    expect((await change(ann.id, { is_online: true })).problem.code).toBe("forbidden");
    expect((await change("no-user", { is_online: true })).problem.code).toBe("forbidden");
    expect((await change(ben.id, {})).problem).toMatchObject({
      code: "invalid_input",
      errors: [{ path: "is_online" }],
    });
    expect((await change(ben.id, { is_online: "yes" })).status).toBe(400);
    expect(await isOnline(ann, ben)).toBe(false);
    const unknown = await attempt("getUserStatus", { token: ben.token, params: { user_id: "no-user" } });
    expect(unknown.problem).toMatchObject({ code: "not_found", detail: "User not found" });
  });
});

describe("listTypingUsers", () => {
  const list = (user: TestUser, roomId: string) =>
    call("listTypingUsers", { token: user.token, params: { room_id: roomId } });

  test("lists users who type, until they stop or have sent nothing for 30 seconds", async () => {
    const [ann, ben, eve] = await three();
    const roomId = await groupRoom(ann, [ben, eve]);
    const [annSocket, benSocket] = await Promise.all([connect(ann), connect(ben)]);
    const type = (socket: typeof annSocket, isTyping: boolean) =>
      socket.request({ type: "typing", room_id: roomId, is_typing: isTyping });
    expect(await list(eve, roomId)).toEqual([]);
    await type(annSocket, true);
    await type(benSocket, true);
    const both = await list(eve, roomId);
    expect(both.map((one) => [one.room, one.user.email, one.is_typing])).toEqual([
      [roomId, ben.email, true],
      [roomId, ann.email, true],
    ]);
    // An end acts at once, and so does a new beginning.
    await type(benSocket, false);
    expect((await list(eve, roomId)).map((one) => one.user.id)).toEqual([ann.id]);
    await type(benSocket, true);
    expect(await list(eve, roomId)).toHaveLength(2);
    await advanceClock(20_000);
    await type(benSocket, true);
    await advanceClock(11_000);
    expect((await list(eve, roomId)).map((one) => one.user.id)).toEqual([ben.id]);
    await advanceClock(20_000);
    expect(await list(eve, roomId)).toEqual([]);
    await Promise.all([annSocket.close(), benSocket.close()]);
  });

  test("reads typing that is stored at most once in five seconds", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    const socket = await connect(ann);
    const type = () => socket.request({ type: "typing", room_id: roomId, is_typing: true });
    expect(await wruOf(type)).toBe(1);
    expect(await wruOf(type)).toBe(0);
    await advanceClock(6000);
    expect(await wruOf(type)).toBe(1);
    await socket.close();
  });

  test("refuses a room that the caller is not in like an unknown one", async () => {
    const [ann, ben, eve] = await three();
    const roomId = await directRoom(ann, ben);
    for (const room of [roomId, "nowhere"]) {
      const { problem } = await attempt("listTypingUsers", { token: eve.token, params: { room_id: room } });
      expect(problem).toMatchObject({ code: "forbidden", detail: "You don't have access to this room" });
    }
  });
});

describe("listActiveSessions, cleanupOldSessions", () => {
  test("list the user's own open connections, the newest first, with the time of their last use", async () => {
    const [ann, ben] = await two();
    expect(await call("listActiveSessions", { token: ann.token })).toEqual([]);
    const first = await connect(ann);
    const second = await connect(ann);
    const sessions = await call("listActiveSessions", { token: ann.token });
    expect(sessions).toHaveLength(2);
    expect(sessions[0]).toMatchObject({
      session_type: "web",
      is_active: true,
      ip_address: expect.stringMatching(/127\.0\.0\.1|::1/),
      user_agent: "",
    });
    const [newer, older] = sessions.map((session) => Date.parse(session.connected_at));
    expect(newer).toBeGreaterThanOrEqual(older ?? 0);
    await advanceClock(minute);
    await first.request({ type: "ping" });
    const [, used] = await call("listActiveSessions", { token: ann.token });
    expect(Date.parse(used?.last_ping ?? "")).toBeGreaterThanOrEqual((older ?? 0) + minute);
    expect(await call("listActiveSessions", { token: ben.token })).toEqual([]);
    await first.close();
    await expect
      .poll(async () => (await call("listActiveSessions", { token: ann.token })).length, { timeout: 10_000 })
      .toBe(1);
    await second.close();
  });

  test("remove sessions that ended over 24 hours ago, and no younger or open one", async () => {
    const [ann, ben] = await two();
    const cleanUp = async (user: TestUser) => call("cleanupOldSessions", { token: await tokenOf(user) });
    for (const user of [ann, ann, ben]) await (await connect(user)).close();
    await expect
      .poll(async () => (await call("listActiveSessions", { token: ann.token })).length, { timeout: 10_000 })
      .toBe(0);
    expect(await cleanUp(ann)).toEqual({ status: "cleanup completed", deleted_sessions: 0 });
    await advanceClock(24 * 60 * minute + 5000);
    const token = await tokenOf(ann);
    const socket = await connect({ ...ann, token });
    expect(await cleanUp(ann)).toEqual({ status: "cleanup completed", deleted_sessions: 2 });
    expect(await cleanUp(ann)).toEqual({ status: "cleanup completed", deleted_sessions: 0 });
    expect(await call("listActiveSessions", { token })).toHaveLength(1);
    await socket.close();
  });
});
