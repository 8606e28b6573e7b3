import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { trySay } from "../support/messages.ts";
import { directRoom, four, groupRoom, type TestUser, three, two } from "../support/people.ts";
import { noAccess } from "../support/refusals.ts";
import { rolesOf } from "../support/rooms.ts";
import { connect } from "../support/socket-client.ts";

describe("leaveRoom", () => {
  test("ends access and events at once, and closes the room's own connections", async () => {
    const [ann, ben] = await two();
    const params = { room_id: await groupRoom(ann, [ben]) };
    const [anns, free, limited] = [
      await connect(ann),
      await connect(ben),
      await connect(ben, { room_id: params.room_id }),
    ];
    expect(await call("leaveRoom", { token: ben.token, params })).toEqual({ status: "left room" });
    for (const socket of [free, limited])
      expect(await socket.next("room_removed")).toMatchObject({ room_id: params.room_id });
    await limited.closed;
    expect(await anns.next("participants_changed")).toMatchObject({
      added: [],
      removed: [ben.id],
      changed: [],
    });
    await trySay(ann, params.room_id, "after");
    await anns.next("message");
    await free.request({ type: "ping" });
    expect(free.events.filter((event) => event.type === "message")).toEqual([]);
    expect(await attempt("getRoom", { token: ben.token, params })).toMatchObject(noAccess);
    expect(await trySay(ben, params.room_id, "still here")).toMatchObject(noAccess);
    expect(await attempt("leaveRoom", { token: ben.token, params })).toMatchObject(noAccess);
    expect((await call("listRooms", { token: ben.token })).count).toBe(0);
    await Promise.all([anns.close(), free.close()]);
  });

  test("promotes the longest-standing member when the last admin leaves", async () => {
    const [ann, ben, cid, dee] = await four();
    const params = { room_id: await groupRoom(ann, []) };
    for (const user of [cid, ben, dee])
      await call("addParticipants", { token: ann.token, params, body: { user_ids: [user.id] } });
    const socket = await connect(ben);
    await call("leaveRoom", { token: ann.token, params });
    const event = await socket.next("participants_changed");
    expect(event).toMatchObject({ removed: [ann.id], changed: [{ id: cid.id, room_role: "admin" }] });
    expect(await rolesOf(ben, params.room_id)).toEqual({
      [ben.id]: "member",
      [cid.id]: "admin",
      [dee.id]: "member",
    });
    expect((await call("getRoom", { token: cid.token, params })).me?.role).toBe("admin");
    await socket.close();
  });

  test("leaves an admin behind when several admins leave at once", async () => {
    const [ann, ben, cid, dee] = await four();
    const params = { room_id: await groupRoom(ann, [dee]) };
    await call("addParticipants", {
      token: ann.token,
      params,
      body: { user_ids: [ben.id, cid.id], role: "admin" },
    });
    await Promise.all([ann, ben, cid].map(({ token }) => call("leaveRoom", { token, params })));
    expect(await rolesOf(dee, params.room_id)).toEqual({ [dee.id]: "admin" });
  });

  test("of the last member deletes a room, except a public one, whose next member is its admin", async () => {
    const [ann, ben] = await two();
    const params = { room_id: await groupRoom(ann, []) };
    await call("leaveRoom", { token: ann.token, params });
    expect(await attempt("getRoom", { token: ann.token, params })).toMatchObject(noAccess);

    const { id } = await call("createRoom", {
      token: ann.token,
      body: { room_type: "public", name: "Empty" },
    });
    await call("leaveRoom", { token: ann.token, params: { room_id: id } });
    expect(await call("joinRoom", { token: ben.token, params: { room_id: id } })).toMatchObject({
      me: { role: "admin" },
      participant_count: 1,
    });
  });

  test("is refused in a direct room, and in a room that the caller is not in", async () => {
    const [ann, ben, cid] = await three();
    const direct = { room_id: await directRoom(ann, ben) };
    expect(await attempt("leaveRoom", { token: ann.token, params: direct })).toMatchObject({
      status: 403,
      body: { code: "forbidden", detail: expect.stringContaining("Cannot leave direct message rooms") },
    });
    for (const room_id of [direct.room_id, await groupRoom(ann, [ben]), randomUUID()])
      expect(await attempt("leaveRoom", { token: cid.token, params: { room_id } })).toMatchObject(noAccess);
  });

  test("ends a membership: a user who joins again starts anew", async () => {
    const [ann, ben] = await two();
    const params = { room_id: await groupRoom(ann, [ben]) };
    await call("leaveRoom", { token: ben.token, params });
    await trySay(ann, params.room_id, "while away");
    await call("addParticipants", { token: ann.token, params, body: { user_ids: [ben.id] } });
    expect(await call("getRoom", { token: ben.token, params })).toMatchObject({
      unread_count: 0,
      participant_count: 2,
    });
  });
});

describe("removeParticipant", () => {
  test("removes a member, who gets nothing more; an admin's own id leaves", async () => {
    const [ann, ben, cid] = await three();
    const room_id = await groupRoom(ann, [ben, cid]);
    const socket = await connect(ben, { room_id });
    const remove = (by: TestUser, user_id: string) =>
      attempt("removeParticipant", { token: by.token, params: { room_id, user_id } });
    expect((await remove(cid, ben.id)).status).toBe(403);
    expect((await remove(ann, ben.id)).status).toBe(204);
    await socket.next("room_removed");
    await socket.closed;
    expect(await attempt("getRoom", { token: ben.token, params: { room_id } })).toMatchObject(noAccess);
    expect(await remove(ann, ben.id)).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(await remove(ben, cid.id)).toMatchObject(noAccess);
    expect((await remove(cid, cid.id)).status).toBe(204);
    expect(await rolesOf(ann, room_id)).toEqual({ [ann.id]: "admin" });
  });

  test("removes no member of a direct room", async () => {
    const [ann, ben] = await two();
    const room_id = await directRoom(ann, ben);
    for (const user_id of [ann.id, ben.id])
      expect(
        (await attempt("removeParticipant", { token: ann.token, params: { room_id, user_id } })).status,
      ).toBe(403);
  });
});
