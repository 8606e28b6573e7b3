import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { metered } from "../support/control.ts";
import { trySay } from "../support/messages.ts";
import { directRoom, groupRoom, type TestUser, three, two } from "../support/people.ts";
import { noAccess } from "../support/refusals.ts";
import { connect } from "../support/socket-client.ts";

describe("updateRoom and replaceRoom", () => {
  test("an admin changes name, description and tags, and every member gets the room", async () => {
    const [ann, ben] = await two();
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
    const [ann, ben] = await two();
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
    // All other attributes of the head, at their largest.
    await call("updateRoom", { token: ann.token, params, body: { description: "d".repeat(1000) } });
    await call("updatePermissions", { token: ann.token, params, body: { admin: { can_pin: true } } });
    const { calls } = await metered(() => trySay(ann, id, "語".repeat(4000)));
    const orders = calls.filter((one) => one.action === "UpdateItem" && one.key?.includes("HEAD"));
    expect(orders.map((one) => one.wru)).toEqual([1]);
  });

  test("are allowed to admins, in rooms that are not direct", async () => {
    const [ann, ben, cid] = await three();
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
    const [ann, ben] = await two();
    const params = { room_id: await groupRoom(ann, [ben]) };
    const socket = await connect(ben);
    expect(await call("archiveRoom", { token: ann.token, params })).toMatchObject({
      status: "archived",
      is_active: false,
    });
    expect((await socket.next("room_updated")).room.status).toBe("archived");
    expect(await trySay(ben, params.room_id, "hello")).toMatchObject({ status: 403 });
    expect((await call("archiveRoom", { token: ann.token, params })).status).toBe("archived");
    expect((await attempt("activateRoom", { token: ben.token, params })).status).toBe(403);
    expect(await call("activateRoom", { token: ann.token, params })).toMatchObject({ is_active: true });
    expect((await trySay(ben, params.room_id, "hello")).status).toBe(201);
    await socket.close();
  });

  test("are allowed to admins, and to both members of a direct room", async () => {
    const [ann, ben, cid] = await three();
    const params = { room_id: await groupRoom(ann, [ben]) };
    expect((await attempt("archiveRoom", { token: ben.token, params })).status).toBe(403);
    expect(await attempt("archiveRoom", { token: cid.token, params })).toMatchObject(noAccess);
    expect(await attempt("activateRoom", { token: cid.token, params })).toMatchObject(noAccess);
    const direct = { room_id: await directRoom(ann, ben) };
    expect((await call("archiveRoom", { token: ben.token, params: direct })).status).toBe("archived");
    expect((await call("activateRoom", { token: ann.token, params: direct })).status).toBe("active");
  });
});

describe("updatePermissions", () => {
  test("sets whether members may send; admins still may", async () => {
    const [ann, ben] = await two();
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
    expect(await trySay(ben, params.room_id, "no")).toMatchObject({
      status: 403,
      body: { code: "forbidden" },
    });
    expect((await trySay(ann, params.room_id, "yes")).status).toBe(201);
    await call("updatePermissions", {
      token: ann.token,
      params,
      body: { admin: { can_send: false }, member: { can_send: true, can_pin: false } },
    });
    expect((await trySay(ben, params.room_id, "yes")).status).toBe(201);
    expect((await trySay(ann, params.room_id, "no")).status).toBe(403);
    await socket.close();
  });

  test("sets whether members see messages from before they joined", async () => {
    const [ann, ben, cid] = await three();
    const { id } = await call("createRoom", {
      token: ann.token,
      body: { room_type: "public", name: "Past" },
    });
    const params = { room_id: id };
    await trySay(ann, id, "before");
    await call("updatePermissions", {
      token: ann.token,
      params,
      body: { member: { can_view_history: false } },
    });
    const room = await call("joinRoom", { token: ben.token, params });
    expect(room).toMatchObject({ last_message: null, unread_count: 0 });
    await trySay(ann, id, "after");
    const seen = async (user: TestUser): Promise<string[]> =>
      (await call("listMessages", { token: user.token, params })).results.map((message) => message.content);
    expect(await seen(ann)).toEqual(["before", "after"]);
    expect(await seen(ben)).toEqual(["after"]);
    expect(await seen(cid)).toEqual([]);
  });

  test("is allowed to admins, in rooms that are not direct", async () => {
    const [ann, ben, cid] = await three();
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
  test("changes the caller's own settings alone", async () => {
    const [ann, ben] = await two();
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

  test("requires a room of the caller's, and a valid time", async () => {
    const [ann, ben, cid] = await three();
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
