import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { metered } from "../support/control.ts";
import { directRoom, groupRoom, newUsers, type TestUser } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

const people = async (count: number): Promise<[TestUser, TestUser, TestUser, ...TestUser[]]> => {
  const [ann, ben, cid, ...more] = await newUsers(Math.max(3, count));
  if (!ann || !ben || !cid) throw new Error("At least three users were asked for.");
  return [ann, ben, cid, ...more];
};

const say = (from: TestUser, roomId: string, content: string) =>
  attempt("sendMessage", { token: from.token, params: { room_id: roomId }, body: { content } });

const noAccess = { status: 403, body: { code: "forbidden", detail: "You don't have access to this room" } };

describe("updateRoom and replaceRoom", () => {
  test("an admin changes name, description and tags, and every member is shown the room", async () => {
    const [ann, ben] = await people(2);
    const params = { room_id: await groupRoom(ann, [ben]) };
    const socket = await connect(ben);
    const first = await call("updateRoom", {
      token: ann.token,
      params,
      body: { name: " Beta ", description: "About beta", tags: ["b", "c", "b"] },
    });
    expect(first).toMatchObject({ name: "Beta", description: "About beta", tags: ["b", "c"] });
    const { room } = await socket.next("room_updated");
    expect(room).toEqual(await call("getRoom", { token: ben.token, params }));
    expect(room).toMatchObject({ name: "Beta", me: { role: "member" } });

    const second = await call("replaceRoom", { token: ann.token, params, body: { description: null } });
    expect(second).toMatchObject({ name: "Beta", description: null, tags: ["b", "c"] });
    const third = await call("updateRoom", { token: ann.token, params, body: { name: null, tags: [] } });
    expect(third).toMatchObject({ name: null, tags: [] });
    expect(await call("updateRoom", { token: ann.token, params, body: {} })).toEqual(third);
    await socket.close();
  });

  test("a name may be long in any script, and short again, and the head stays under 1 KB", async () => {
    const [ann, ben] = await people(2);
    const long = "🙂".repeat(100);
    const { id } = await call("createRoom", {
      token: ann.token,
      body: { room_type: "public", name: long, participant_ids: [ben.id] },
    });
    const params = { room_id: id };
    const nameNow = async (): Promise<string | null> => {
      const list = await call("listRooms", { token: ben.token });
      const room = await call("getRoom", { token: ben.token, params });
      expect(list.results.map((one) => one.name)).toEqual([room.name]);
      return room.name;
    };
    expect(await nameNow()).toBe(long);
    for (const name of ["short", "名".repeat(100), "ж".repeat(100), null, long, "ж".repeat(100)]) {
      await call("updateRoom", { token: ann.token, params, body: { name } });
      expect(await nameNow()).toBe(name);
    }
    // Everything else that the head holds, as large as it gets.
    await call("updateRoom", { token: ann.token, params, body: { description: "d".repeat(1000) } });
    await call("updatePermissions", { token: ann.token, params, body: { admin: { can_pin: true } } });
    const { calls } = await metered(() => say(ann, id, "語".repeat(4000)));
    const orders = calls.filter((one) => one.action === "UpdateItem" && one.key?.includes("HEAD"));
    expect(orders.map((one) => one.wru)).toEqual([1]);
  });

  test("is for admins, of rooms that are not direct", async () => {
    const [ann, ben, cid] = await people(3);
    const params = { room_id: await groupRoom(ann, [ben]) };
    const body = { name: "Mine" };
    expect(await attempt("updateRoom", { token: ben.token, params, body })).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
    expect(await attempt("updateRoom", { token: cid.token, params, body })).toMatchObject(noAccess);
    const direct = { room_id: await directRoom(ann, ben) };
    expect((await attempt("replaceRoom", { token: ann.token, params: direct, body })).status).toBe(403);
    const bad = await attempt("updateRoom", {
      token: ann.token,
      params,
      body: { name: "", description: 5, tags: "a" },
    });
    expect(bad.problem.errors?.map((error) => error.path).sort()).toEqual(["description", "name", "tags"]);
  });
});

describe("archiveRoom and activateRoom", () => {
  test("an archived room takes no messages until it is active again", async () => {
    const [ann, ben] = await people(2);
    const params = { room_id: await groupRoom(ann, [ben]) };
    const socket = await connect(ben);
    expect(await call("archiveRoom", { token: ann.token, params })).toMatchObject({
      status: "archived",
      is_active: false,
    });
    expect((await socket.next("room_updated")).room.status).toBe("archived");
    expect(await say(ben, params.room_id, "hello")).toMatchObject({ status: 403 });
    expect((await call("archiveRoom", { token: ann.token, params })).status).toBe("archived");
    expect((await attempt("activateRoom", { token: ben.token, params })).status).toBe(403);
    expect(await call("activateRoom", { token: ann.token, params })).toMatchObject({ is_active: true });
    expect((await say(ben, params.room_id, "hello")).status).toBe(201);
    await socket.close();
  });

  test("is for admins, and for both of a direct room", async () => {
    const [ann, ben, cid] = await people(3);
    const params = { room_id: await groupRoom(ann, [ben]) };
    expect((await attempt("archiveRoom", { token: ben.token, params })).status).toBe(403);
    expect(await attempt("archiveRoom", { token: cid.token, params })).toMatchObject(noAccess);
    expect(await attempt("activateRoom", { token: cid.token, params })).toMatchObject(noAccess);
    const direct = { room_id: await directRoom(ann, ben) };
    expect((await call("archiveRoom", { token: ben.token, params: direct })).status).toBe("archived");
    expect((await call("activateRoom", { token: ann.token, params: direct })).status).toBe("active");
  });
});

describe("deleteRoom", () => {
  test("is for admins, and puts the room out of everybody's reach", async () => {
    const [ann, ben, cid] = await people(3);
    const params = { room_id: await groupRoom(ann, [ben, cid]) };
    await say(ann, params.room_id, "before");
    const [free, limited] = [await connect(ben), await connect(ben, { room_id: params.room_id })];
    expect((await attempt("deleteRoom", { token: ben.token, params })).status).toBe(403);
    await call("deleteRoom", { token: ann.token, params });
    for (const socket of [free, limited])
      expect(await socket.next("room_removed")).toEqual({ type: "room_removed", room_id: params.room_id });
    await limited.closed;
    for (const operation of [
      "getRoom",
      "listMessages",
      "deleteRoom",
      "archiveRoom",
      "activateRoom",
      "leaveRoom",
      "joinRoom",
      "listParticipants",
    ] as const)
      expect(await attempt(operation, { token: ann.token, params }), operation).toMatchObject(noAccess);
    expect(await say(ann, params.room_id, "after")).toMatchObject(noAccess);
    expect(await free.request({ type: "typing", room_id: params.room_id, is_typing: true })).toMatchObject({
      type: "error",
      error: { code: "forbidden" },
    });
    expect((await call("listRooms", { token: ben.token })).count).toBe(0);
    expect(
      await attempt("deleteRoom", { token: ann.token, params: { room_id: randomUUID() } }),
    ).toMatchObject(noAccess);
    await free.close();
  });

  test("a direct room goes for both, and starts empty when it is opened again", async () => {
    const [ann, ben] = await people(2);
    const roomId = await directRoom(ann, ben);
    const params = { room_id: roomId };
    for (const content of ["one", "two", "three"]) await say(ann, roomId, content);
    await call("archiveRoom", { token: ann.token, params });
    const socket = await connect(ann);
    await call("deleteRoom", { token: ben.token, params });
    await socket.next("room_removed");
    expect(await attempt("getRoom", { token: ann.token, params })).toMatchObject(noAccess);
    expect((await call("listRooms", { token: ann.token })).count).toBe(0);

    const again = await attempt("openDirectRoom", { token: ben.token, body: { user_id: ann.id } });
    expect(again).toMatchObject({
      status: 201,
      body: { id: roomId, status: "active", last_message: null, unread_count: 0 },
    });
    expect((await socket.next("room_created")).room).toMatchObject({ id: roomId, unread_count: 0 });
    for (const user of [ann, ben]) {
      const page = await call("listMessages", { token: user.token, params });
      expect(page.results).toEqual([]);
      const list = await call("listRooms", { token: user.token });
      expect(list.results).toMatchObject([{ id: roomId, unread_count: 0, last_message: null }]);
    }
    expect((await say(ben, roomId, "anew")).status).toBe(201);
    const page = await call("listMessages", { token: ann.token, params });
    expect(page.results.map((message) => message.content)).toEqual(["anew"]);
    const room = await call("getRoom", { token: ann.token, params });
    expect(room).toMatchObject({ unread_count: 1, last_message: { content: "anew" } });
    await socket.close();
  });

  test("a socket to the other person opens a deleted direct room too", async () => {
    const [ann, ben] = await people(2);
    const roomId = await directRoom(ann, ben);
    await say(ann, roomId, "before");
    await call("deleteRoom", { token: ann.token, params: { room_id: roomId } });
    const socket = await connect(ben, { user_id: ann.id });
    expect(await socket.request({ type: "message", content: "anew" })).toMatchObject({
      type: "ack",
      message: { room: roomId, content: "anew" },
    });
    await socket.close();
  });

  test("of concurrent openings of a deleted direct room one opens it", async () => {
    const [ann, ben] = await people(2);
    const roomId = await directRoom(ann, ben);
    await say(ann, roomId, "before");
    await call("deleteRoom", { token: ann.token, params: { room_id: roomId } });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) => {
        const [from, to] = at % 2 === 0 ? [ann, ben] : [ben, ann];
        return attempt("openDirectRoom", { token: from.token, body: { user_id: to.id } });
      }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    expect(await call("getRoom", { token: ben.token, params: { room_id: roomId } })).toMatchObject({
      unread_count: 0,
      last_message: null,
    });
  });
});

describe("updatePermissions", () => {
  test("says who may send, and admins still do", async () => {
    const [ann, ben] = await people(2);
    const params = { room_id: await groupRoom(ann, [ben]) };
    const socket = await connect(ben);
    const room = await call("updatePermissions", {
      token: ann.token,
      params,
      body: { member: { can_send: false } },
    });
    expect(room.permissions).toEqual({
      admin: { can_send: true, can_view_history: true, can_add_members: true, can_pin: true },
      member: { can_send: false, can_view_history: true, can_add_members: false, can_pin: true },
    });
    expect((await socket.next("room_updated")).room.permissions).toEqual(room.permissions);
    expect(await say(ben, params.room_id, "no")).toMatchObject({ status: 403, body: { code: "forbidden" } });
    expect((await say(ann, params.room_id, "yes")).status).toBe(201);
    await call("updatePermissions", {
      token: ann.token,
      params,
      body: { admin: { can_send: false }, member: { can_send: true, can_pin: false } },
    });
    expect((await say(ben, params.room_id, "yes")).status).toBe(201);
    expect((await say(ann, params.room_id, "no")).status).toBe(403);
    await socket.close();
  });

  test("says who sees what was there before they joined", async () => {
    const [ann, ben, cid] = await people(3);
    const { id } = await call("createRoom", {
      token: ann.token,
      body: { room_type: "public", name: "Past" },
    });
    const params = { room_id: id };
    await say(ann, id, "before");
    await call("updatePermissions", {
      token: ann.token,
      params,
      body: { member: { can_view_history: false } },
    });
    const room = await call("joinRoom", { token: ben.token, params });
    expect(room).toMatchObject({ last_message: null, unread_count: 0 });
    await say(ann, id, "after");
    const seen = async (user: TestUser): Promise<string[]> =>
      (await call("listMessages", { token: user.token, params })).results.map((message) => message.content);
    expect(await seen(ann)).toEqual(["before", "after"]);
    expect(await seen(ben)).toEqual(["after"]);
    expect(await seen(cid)).toEqual([]);
  });

  test("is for admins, of rooms that are not direct", async () => {
    const [ann, ben, cid] = await people(3);
    const params = { room_id: await groupRoom(ann, [ben]) };
    const body = { member: { can_pin: false } };
    expect((await attempt("updatePermissions", { token: ben.token, params, body })).status).toBe(403);
    expect(await attempt("updatePermissions", { token: cid.token, params, body })).toMatchObject(noAccess);
    const direct = { room_id: await directRoom(ann, ben) };
    expect((await attempt("updatePermissions", { token: ann.token, params: direct, body })).status).toBe(403);
    const bad = await attempt("updatePermissions", {
      token: ann.token,
      params,
      body: { member: { can_send: "yes" }, admin: 1 },
    });
    expect(bad.problem.errors?.map((error) => error.path).sort()).toEqual(["admin", "member.can_send"]);
  });
});

describe("updateNotifications", () => {
  test("are each member's own", async () => {
    const [ann, ben] = await people(2);
    const params = { room_id: await directRoom(ann, ben) };
    const socket = await connect(ann);
    const muted = await call("updateNotifications", {
      token: ann.token,
      params,
      body: { enabled: false, muted_until: "2030-01-01T10:00:00+02:00" },
    });
    expect(muted.me).toMatchObject({ notifications: false, muted_until: "2030-01-01T08:00:00.000Z" });
    expect((await socket.next("room_updated")).room.me).toEqual(muted.me);
    const other = await call("getRoom", { token: ben.token, params });
    expect(other.me).toMatchObject({ notifications: true, muted_until: null });
    const on = await call("updateNotifications", { token: ann.token, params, body: { enabled: true } });
    expect(on.me).toMatchObject({ notifications: true, muted_until: "2030-01-01T08:00:00.000Z" });
    const ended = await call("updateNotifications", {
      token: ann.token,
      params,
      body: { muted_until: null },
    });
    expect(ended.me).toMatchObject({ notifications: true, muted_until: null });
    expect((await call("updateNotifications", { token: ann.token, params, body: {} })).me).toEqual(ended.me);
    await socket.close();
  });

  test("want a room of one's own, and a time", async () => {
    const [ann, ben, cid] = await people(3);
    const params = { room_id: await directRoom(ann, ben) };
    const theirs = await attempt("updateNotifications", {
      token: cid.token,
      params,
      body: { enabled: true },
    });
    expect(theirs).toMatchObject(noAccess);
    const bad = await attempt("updateNotifications", {
      token: ann.token,
      params,
      body: { enabled: "no", muted_until: "tomorrow" },
    });
    expect(bad.problem.errors?.map((error) => error.path).sort()).toEqual(["enabled", "muted_until"]);
    for (const muted_until of ["9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00+14:00"]) {
      const { problem } = await attempt("updateNotifications", {
        token: ann.token,
        params,
        body: { muted_until },
      });
      expect(problem.errors, muted_until).toEqual([
        { path: "muted_until", message: "must be of a year from 0000 to 9999 in UTC" },
      ]);
    }
  });
});
