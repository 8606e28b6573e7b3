import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { call } from "../support/contract-client.ts";
import { metered } from "../support/control.ts";
import { say } from "../support/messages.ts";
import { directRoom, groupRoom, newUsers, pair, three, trio } from "../support/people.ts";
import { connect, openSocket } from "../support/socket-client.ts";

describe("message", () => {
  test("the ack carries the stored message, and all members get it", async () => {
    const { ann, ben, roomId } = await pair();
    const [annSocket, benSocket] = await Promise.all([connect(ann), connect(ben)]);
    const ack = await annSocket.request({
      type: "message",
      room_id: roomId,
      content: "Hello",
      client_message_id: "c-1",
    });
    if (ack.type !== "ack") throw new Error(ack.error.detail);
    expect(ack.message).toMatchObject({ content: "Hello", client_message_id: "c-1", sender: { id: ann.id } });
    expect((await benSocket.next("message")).message).toEqual(ack.message);
    expect((await annSocket.next("message")).message).toEqual(ack.message);
    // Without a request_id there is no ack.
    annSocket.send({ type: "message", room_id: roomId, content: "Again" });
    await benSocket.next("message");
    const again = await annSocket.request({
      type: "message",
      room_id: roomId,
      content: "Hello",
      client_message_id: "c-1",
    });
    expect(again).toMatchObject({ message: { id: ack.message?.id } });
    expect(annSocket.events.filter((event) => event.type === "ack")).toHaveLength(2);
    await Promise.all([annSocket.close(), benSocket.close()]);
  });

  test("a room that the sender is not in is refused", async () => {
    const { roomId } = await pair();
    const [eve] = await newUsers(1);
    if (!eve) throw new Error("no user");
    const socket = await connect(eve);
    expect(await socket.request({ type: "message", room_id: roomId, content: "Hi" })).toMatchObject({
      type: "error",
      error: { code: "forbidden", detail: "You don't have access to this room" },
    });
    await socket.close();
  });
});

describe("hello", () => {
  test("lists the rooms that have changed", async () => {
    const { ann, ben, roomId } = await pair();
    const other = await groupRoom(ann, [ben]);
    const send = (room: string) =>
      call("sendMessage", { token: ben.token, params: { room_id: room }, body: { content: "x" } });
    await send(roomId);
    await send(roomId);
    const socket = await connect(ann);
    socket.send({ type: "hello" });
    const all = await socket.next("hello");
    expect(all.user_id).toBe(ann.id);
    expect(all.rooms.map((room) => [room.room_id, room.seq, room.unread_count]).sort()).toEqual(
      [
        [roomId, 2, 2],
        [other, 0, 0],
      ].sort(),
    );
    const ack = await socket.request({
      type: "hello",
      rooms: { [roomId]: { seq: 1, rev: 0 }, [other]: { seq: 0, rev: 0 } },
    });
    expect(ack.type).toBe("ack");
    expect((await socket.next("hello")).rooms).toEqual([
      { room_id: roomId, seq: 2, rev: 0, unread_count: 2 },
    ]);
    await socket.close();
  });
});

describe("typing", () => {
  test("reaches the other members, and never the typist", async () => {
    const { ann, ben, roomId } = await pair();
    const [annSocket, annOther, benSocket] = await Promise.all([connect(ann), connect(ann), connect(ben)]);
    await annSocket.request({ type: "typing", room_id: roomId, is_typing: true });
    expect(await benSocket.next("typing")).toEqual({
      type: "typing",
      room_id: roomId,
      user: ann.email,
      user_id: ann.id,
      is_typing: true,
    });
    await annSocket.request({ type: "typing", room_id: roomId, is_typing: false });
    expect(await benSocket.next("typing")).toMatchObject({ is_typing: false });
    await annOther.request({ type: "ping" });
    for (const socket of [annSocket, annOther])
      expect(socket.events.some((event) => event.type === "typing")).toBe(false);
    await Promise.all([annSocket, annOther, benSocket].map((socket) => socket.close()));
  });
});

describe("typing in an archived room", () => {
  test("reaches no member, except the end of typing", async () => {
    const { ann, ben, roomId } = await pair();
    const params = { room_id: roomId };
    const [annSocket, benSocket] = await Promise.all([connect(ann), connect(ben)]);
    const type = async (is_typing: boolean) =>
      expect(await annSocket.request({ type: "typing", ...params, is_typing })).toMatchObject({
        type: "ack",
      });
    await type(true);
    expect(await benSocket.next("typing")).toMatchObject({ is_typing: true });
    await call("archiveRoom", { token: ben.token, params });
    expect(await call("listTypingUsers", { token: ben.token, params })).toEqual([]);
    await type(true);
    await type(false);
    expect(await benSocket.next("typing")).toMatchObject({ is_typing: false });
    await Promise.all([annSocket.close(), benSocket.close()]);
  });
});

describe("ping", () => {
  test("gets a pong", async () => {
    const { ann } = await pair();
    const socket = await connect(ann);
    socket.send({ type: "ping" });
    expect(await socket.next("pong")).toEqual({ type: "pong" });
    await socket.close();
  });

  test("with rooms gets those that differ from what the client holds", async () => {
    const { ann, ben, cid, roomId } = await trio();
    const foreign = await directRoom(ben, cid);
    const said = await say(ben, roomId, "Hello");
    await call("pinMessage", { token: ben.token, params: { room_id: roomId, message_id: said.id } });
    const socket = await connect(ann);
    const ask = async (rooms: Record<string, { seq: number; rev: number }>) => {
      expect(await socket.request({ type: "ping", rooms })).toMatchObject({ type: "ack" });
      const { rooms: differing, removed } = await socket.next("pong");
      return { differing, removed };
    };
    const present = { room_id: roomId, seq: 1, rev: 1, unread_count: 1 };
    for (const held of [
      { seq: 0, rev: 1 },
      { seq: 1, rev: 0 },
      { seq: 2, rev: 1 },
    ])
      expect(await ask({ [roomId]: held })).toEqual({ differing: [present], removed: [] });
    expect(await ask({ [roomId]: { seq: 1, rev: 1 }, [foreign]: { seq: 9, rev: 9 } })).toEqual({
      differing: [],
      removed: [foreign],
    });
    expect(await ask({})).toEqual({ differing: [], removed: [] });
    await socket.close();
  });

  test("reads two items of each room that it names, and takes no more than five", async () => {
    const { ann, roomId } = await trio();
    const socket = await connect(ann);
    const ids = [roomId, ...Array.from({ length: 5 }, () => randomUUID())];
    const rooms = (count: number) =>
      Object.fromEntries(ids.slice(0, count).map((id) => [id, { seq: 0, rev: 0 }]));
    const { operations } = await metered(() => socket.request({ type: "ping", rooms: rooms(5) }));
    const units = Object.values(operations).map(({ rru, wru }) => [rru, wru]);
    expect(units).toEqual([[10, 0]]);
    expect(await socket.request({ type: "ping", rooms: rooms(6) })).toMatchObject({
      type: "error",
      error: { code: "invalid_input", errors: [{ path: "rooms", message: "Name at most 5 rooms" }] },
    });
    await socket.close();
  });
});

describe("invalid frames", () => {
  const refused = [
    ["broken JSON", "{", "invalid_json"],
    ["no object", "[]", "invalid_frame"],
    ["no type", "{}", "invalid_frame"],
    ["an unknown type", '{"type":"shout"}', "invalid_frame"],
    ["a type that every object has", '{"type":"constructor"}', "invalid_frame"],
    ["an empty frame", " ", "invalid_json"],
  ] as const;
  for (const [what, text, code] of refused)
    test(`${what} is answered by an error, and the connection stays`, async () => {
      const { ann } = await pair();
      const socket = await connect(ann);
      socket.sendText(text);
      expect(await socket.next("error")).toMatchObject({ request_id: null, error: { code } });
      expect(await socket.request({ type: "ping" })).toMatchObject({ type: "ack" });
      await socket.close();
    });

  test("a type with wrong fields names all of them, and the request", async () => {
    const { ann } = await pair();
    const socket = await connect(ann);
    const answer = await socket.request({ type: "message", room_id: 7, content: "", message_type: "song" });
    if (answer.type !== "error") throw new Error("It was taken.");
    expect(answer.error.code).toBe("invalid_input");
    expect(answer.error.errors?.map((error) => error.path).sort()).toEqual([
      "content",
      "message_type",
      "room_id",
    ]);
    await socket.close();
  });

  test("a frame of over 32 KB closes the connection with 1009, as the gateway does", async () => {
    const { ann, roomId } = await pair();
    const socket = await connect(ann);
    socket.sendText(JSON.stringify({ type: "message", room_id: roomId, content: "x".repeat(33 * 1024) }));
    expect((await socket.closed).code).toBe(1009);
    const page = await call("listMessages", { token: ann.token, params: { room_id: roomId } });
    expect(page.count).toBe(0);
  });

  test("a frame must name a room if the connection serves all of them", async () => {
    const { ann } = await pair();
    const socket = await connect(ann);
    expect(await socket.request({ type: "typing", is_typing: true })).toMatchObject({
      error: { code: "invalid_input", errors: [{ path: "room_id" }] },
    });
    await socket.close();
  });
});

describe("a connection of one room", () => {
  test("gets that room's events alone, and its frames need not name it", async () => {
    const { ann, ben, roomId } = await pair();
    const group = await groupRoom(ann, [ben]);
    const socket = await connect(ben, { room_id: roomId });
    for (const [room, content] of [
      [group, "elsewhere"],
      [roomId, "here"],
    ] as const)
      await call("sendMessage", { token: ann.token, params: { room_id: room }, body: { content } });
    expect((await socket.next("message")).message.content).toBe("here");
    const ack = await socket.request({ type: "message", content: "to this room" });
    expect(ack).toMatchObject({ message: { room: roomId } });
    expect(socket.events.some((event) => event.type === "message" && event.message.room === group)).toBe(
      false,
    );
    await socket.close();
  });

  test("by a user's id: the direct room is created if there is none", async () => {
    const [ann, ben, eve] = await three();
    const socket = await connect(ann, { user_id: ben.id });
    const ack = await socket.request({ type: "message", content: "Hello" });
    expect(ack).toMatchObject({ message: { room: await directRoom(ann, ben) } });
    await socket.close();
    await expect(connect(ann, { user_id: "no-user" })).rejects.toMatchObject({ status: 404 });
    await expect(connect(ann, { user_id: ann.id })).rejects.toMatchObject({ status: 400 });
    const theirs = await directRoom(ann, ben);
    await expect(connect(eve, { room_id: theirs })).rejects.toMatchObject({ status: 403 });
  });
});

describe("the subprotocol", () => {
  test("carries a token, and is echoed without it", async () => {
    const { ann } = await pair();
    const socket = await openSocket({}, ["parley", ann.token]);
    expect(socket.protocol).toBe("parley");
    expect(await socket.request({ type: "ping" })).toMatchObject({ type: "ack" });
    await socket.close();
  });
});
