import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { trySay } from "../support/messages.ts";
import { directRoom, four, groupRoom, newUsers, type TestUser, three } from "../support/people.ts";
import { invalid, noAccess } from "../support/refusals.ts";
import { rolesOf } from "../support/rooms.ts";
import { connect } from "../support/socket-client.ts";

describe("addParticipants", () => {
  test("adds users, who see their new room with nothing unread, and publishes them to the others", async () => {
    const [ann, ben, cid, dee] = await four();
    const params = { room_id: await groupRoom(ann, [ben]) };
    await trySay(ann, params.room_id, "before");
    const [bens, cids] = [await connect(ben), await connect(cid)];
    const body = { user_ids: [cid.id, dee.id, cid.id, ben.id] };
    const room = await call("addParticipants", { token: ann.token, params, body });
    expect(room.participant_count).toBe(4);
    expect(room.participants.map((one) => one.id).sort()).toEqual(
      [ann, ben, cid, dee].map((one) => one.id).sort(),
    );

    const event = await bens.next("participants_changed");
    expect(event).toMatchObject({ room_id: params.room_id, removed: [], changed: [] });
    // The event includes ben: he has just become a member, and may not have been published yet.
    const shown = [ben, cid, dee].map((one) => [one.id, "member"]).sort();
    expect(event.added.map((one) => [one.id, one.room_role]).sort()).toEqual(shown);
    const { room: created } = await cids.next("room_created");
    expect(created).toEqual(await call("getRoom", { token: cid.token, params }));
    expect(created).toMatchObject({ unread_count: 0, me: { role: "member", read_seq: 1 } });
    await trySay(ann, params.room_id, "after");
    expect((await cids.next("message")).message.content).toBe("after");
    expect((await call("getRoom", { token: dee.token, params })).unread_count).toBe(1);

    // A repeat changes nothing. It publishes once more, since the first call may have been cut off.
    expect((await call("addParticipants", { token: ann.token, params, body })).participant_count).toBe(4);
    const { added } = await bens.next("participants_changed");
    expect(added.map((one) => [one.id, one.room_role]).sort()).toEqual(shown);
    expect((await cids.next("room_created")).room).toMatchObject({ id: params.room_id, unread_count: 1 });
    await Promise.all([bens.close(), cids.close()]);
  });

  test("is allowed to admins, and to members if permissions allow it, who add no admins", async () => {
    const [ann, ben, cid, dee] = await four();
    const params = { room_id: await groupRoom(ann, [ben]) };
    const add = (by: TestUser, user: TestUser, role?: string) =>
      attempt("addParticipants", { token: by.token, params, body: { user_ids: [user.id], role } });
    expect((await add(ben, cid)).status).toBe(403);
    expect(await add(dee, cid)).toMatchObject(noAccess);
    await call("updatePermissions", {
      token: ann.token,
      params,
      body: { member: { can_add_members: true } },
    });
    expect((await add(ben, cid)).status).toBe(200);
    expect((await add(ben, dee, "admin")).status).toBe(403);
    expect((await add(ann, dee, "admin")).status).toBe(200);
    expect(await rolesOf(cid, params.room_id)).toEqual({
      [ann.id]: "admin",
      [ben.id]: "member",
      [cid.id]: "member",
      [dee.id]: "admin",
    });
  });

  test("names invalid fields, and adds no user to a direct room", async () => {
    const [ann, ben, cid] = await three();
    const params = { room_id: await groupRoom(ann, [ben]) };
    const unknown = await attempt("addParticipants", {
      token: ann.token,
      params,
      body: { user_ids: [cid.id, randomUUID()] },
    });
    expect(unknown).toMatchObject(invalid("user_ids.1"));
    expect(await rolesOf(ann, params.room_id)).not.toHaveProperty(cid.id);
    for (const user_ids of [[], Array.from({ length: 1001 }, () => "x"), "me"]) {
      const bad = await attempt("addParticipants", {
        token: ann.token,
        params,
        body: { user_ids, role: "king" },
      });
      expect(bad.problem.errors?.map((error) => error.path).sort()).toEqual(["role", "user_ids"]);
    }
    const direct = await attempt("addParticipants", {
      token: ann.token,
      params: { room_id: await directRoom(ann, ben) },
      body: { user_ids: [cid.id] },
    });
    expect(direct.status).toBe(403);
  });
});

describe("joinRoom", () => {
  test("lets any user into a public room, once, and no user into another", async () => {
    const [ann, ben, cid] = await three();
    const { id } = await call("createRoom", {
      token: ann.token,
      body: { room_type: "public", name: "Open" },
    });
    const params = { room_id: id };
    await trySay(ann, id, "before");
    const socket = await connect(ann);
    const room = await call("joinRoom", { token: ben.token, params });
    expect(room).toMatchObject({
      participant_count: 2,
      unread_count: 0,
      me: { role: "member", read_seq: 1 },
    });
    expect((await socket.next("participants_changed")).added).toMatchObject([
      { id: ben.id, email: ben.email },
    ]);
    expect(await call("joinRoom", { token: ben.token, params })).toMatchObject({ participant_count: 2 });
    expect((await trySay(ben, id, "hello")).status).toBe(201);

    await call("archiveRoom", { token: ann.token, params });
    const archived = await attempt("joinRoom", { token: cid.token, params });
    expect(archived).toMatchObject({ status: 403, body: { code: "forbidden" } });
    for (const room_id of [await groupRoom(ann, [ben]), randomUUID()])
      expect(await attempt("joinRoom", { token: cid.token, params: { room_id } })).toMatchObject(noAccess);
    await socket.close();
  });

  test("adds all of 20 users who join at once", async () => {
    const people = await newUsers(20);
    const [ann] = people;
    if (!ann) throw new Error("no users");
    const { id } = await call("createRoom", {
      token: ann.token,
      body: { room_type: "public", name: "Rush" },
    });
    await Promise.all(people.map(({ token }) => call("joinRoom", { token, params: { room_id: id } })));
    const page = await call("listParticipants", { token: ann.token, params: { room_id: id } });
    expect(page.count).toBe(20);
    expect(page.results.map((one) => one.id).sort()).toEqual(people.map((one) => one.id).sort());
  });
});

describe("updateParticipant", () => {
  test("changes roles by an admin, and the last admin stays one", async () => {
    const [ann, ben, cid] = await three();
    const room_id = await groupRoom(ann, [ben, cid]);
    const socket = await connect(cid);
    const make = (by: TestUser, user_id: string, role: string) =>
      attempt("updateParticipant", { token: by.token, params: { room_id, user_id }, body: { role } });
    expect((await make(ben, cid.id, "admin")).status).toBe(403);
    expect(await make(ann, ann.id, "member")).toMatchObject({ status: 409, body: { code: "conflict" } });
    expect(await make(ann, ben.id, "admin")).toMatchObject({
      status: 200,
      body: { id: ben.id, email: ben.email, room_role: "admin" },
    });
    expect(await socket.next("participants_changed")).toMatchObject({
      added: [],
      removed: [],
      changed: [{ id: ben.id, room_role: "admin" }],
    });
    expect((await make(ben, ann.id, "member")).status).toBe(200);
    expect(await rolesOf(cid, room_id)).toEqual({
      [ann.id]: "member",
      [ben.id]: "admin",
      [cid.id]: "member",
    });
    expect((await make(ann, cid.id, "admin")).status).toBe(403);
    await socket.close();
  });

  test("refuses non-members, unknown roles and direct rooms", async () => {
    const [ann, ben, cid] = await three();
    const room_id = await groupRoom(ann, [ben]);
    const make = (room: string, user_id: string, role: string) =>
      attempt("updateParticipant", { token: ann.token, params: { room_id: room, user_id }, body: { role } });
    expect((await make(room_id, cid.id, "admin")).status).toBe(404);
    expect((await make(room_id, ben.id, "king")).problem.errors?.map((error) => error.path)).toEqual([
      "role",
    ]);
    expect((await make(await directRoom(ann, ben), ben.id, "admin")).status).toBe(403);
    expect(
      await attempt("updateParticipant", {
        token: cid.token,
        params: { room_id, user_id: cid.id },
        body: { role: "admin" },
      }),
    ).toMatchObject(noAccess);
  });
});

describe("listParticipants", () => {
  test("lists the members in pages, and shows no addresses to a viewer who is not one", async () => {
    const [ann, ben, cid] = await three();
    const { id } = await call("createRoom", {
      token: ann.token,
      body: { room_type: "public", name: "Paged", participant_ids: [ben.id] },
    });
    const params = { room_id: id };
    const first = await call("listParticipants", { token: ann.token, params, query: { page_size: 1 } });
    expect(first).toMatchObject({ count: 2, previous: null, results: [{ id: ann.id, email: ann.email }] });
    expect(first.next).toContain("page=2");
    const second = await call("listParticipants", {
      token: cid.token,
      params,
      query: { page_size: 1, page: 2 },
    });
    expect(second).toMatchObject({ count: 2, next: null, results: [{ id: ben.id, email: null }] });
    const direct = { room_id: await directRoom(ann, ben) };
    expect(await call("listParticipants", { token: ann.token, params: direct })).toMatchObject({ count: 2 });
    expect(await attempt("listParticipants", { token: cid.token, params: direct })).toMatchObject(noAccess);
    expect((await attempt("listParticipants", { token: ann.token, params, query: { page: 0 } })).status).toBe(
      400,
    );
  });
});
