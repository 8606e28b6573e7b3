import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { trySay } from "../support/messages.ts";
import { directRoom, groupRoom, three, two } from "../support/people.ts";
import { noAccess } from "../support/refusals.ts";
import { connect } from "../support/socket-client.ts";

describe("deleteRoom", () => {
  test("is allowed to admins, and ends all members' access", async () => {
    const [ann, ben, cid] = await three();
    const params = { room_id: await groupRoom(ann, [ben, cid]) };
    await trySay(ann, params.room_id, "before");
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
    expect(await trySay(ann, params.room_id, "after")).toMatchObject(noAccess);
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

  test("deletes a direct room for both members, and it is empty when it is opened again", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    const params = { room_id: roomId };
    for (const content of ["one", "two", "three"]) await trySay(ann, roomId, content);
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
    expect((await trySay(ben, roomId, "anew")).status).toBe(201);
    const page = await call("listMessages", { token: ann.token, params });
    expect(page.results.map((message) => message.content)).toEqual(["anew"]);
    const room = await call("getRoom", { token: ann.token, params });
    expect(room).toMatchObject({ unread_count: 1, last_message: { content: "anew" } });
    await socket.close();
  });

  test("is undone by a socket to the other member of a direct room", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    await trySay(ann, roomId, "before");
    await call("deleteRoom", { token: ann.token, params: { room_id: roomId } });
    const socket = await connect(ben, { user_id: ann.id });
    expect(await socket.request({ type: "message", content: "anew" })).toMatchObject({
      type: "ack",
      message: { room: roomId, content: "anew" },
    });
    await socket.close();
  });

  test("is undone once by concurrent openings of a direct room", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    await trySay(ann, roomId, "before");
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
