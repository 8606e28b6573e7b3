import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { directRoom, groupRoom, newAccounts, newUsers, type TestUser } from "../support/people.ts";
import { connect, type SocketClient } from "../support/socket-client.ts";

const pair = async (): Promise<{ ann: TestUser; ben: TestUser; roomId: string }> => {
  const [ann, ben] = await newUsers(2);
  if (!ann || !ben) throw new Error("Two users were asked for.");
  return { ann, ben, roomId: await directRoom(ann, ben) };
};

const trio = async () => {
  const [ann, ben, cid] = await newUsers(3);
  if (!ann || !ben || !cid) throw new Error("Three users were asked for.");
  return { ann, ben, cid, roomId: await groupRoom(ann, [ben, cid]) };
};

const say = (user: TestUser, roomId: string, content = "Hello") =>
  call("sendMessage", { token: user.token, params: { room_id: roomId }, body: { content } });

const sayMany = async (user: TestUser, roomId: string, count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let at = 1; at <= count; at += 1) ids.push((await say(user, roomId, `m${at}`)).id);
  return ids;
};

const markRoom = (user: TestUser, roomId: string, body?: object) =>
  call("markRoomRead", { token: user.token, params: { room_id: roomId }, ...(body && { body }) });

const markOne = (user: TestUser, roomId: string, messageId: string) =>
  call("markMessageRead", { token: user.token, params: { room_id: roomId, message_id: messageId } });

const roomOf = (user: TestUser, roomId: string) =>
  call("getRoom", { token: user.token, params: { room_id: roomId } });

const messagesOf = async (user: TestUser, roomId: string) =>
  (await call("listMessages", { token: user.token, params: { room_id: roomId } })).results;

/** Everything of some types that a socket has got, after all that was posted before has arrived. */
const eventsOf = async (socket: SocketClient, types: readonly string[]) => {
  await socket.request({ type: "ping" });
  return socket.events.filter((event) => types.includes(event.type));
};

describe("markRoomRead", () => {
  test("reads everything, says how much that was, and tells the others", async () => {
    const { ann, ben, roomId } = await pair();
    await sayMany(ann, roomId, 3);
    const [annSocket, benSocket] = await Promise.all([connect(ann), connect(ben)]);
    expect((await roomOf(ben, roomId)).unread_count).toBe(3);

    expect(await markRoom(ben, roomId)).toEqual({ status: "marked as read", count: 3 });
    expect(await roomOf(ben, roomId)).toMatchObject({ unread_count: 0, me: { read_seq: 3 } });
    const receipt = await annSocket.next("read_receipt");
    expect(receipt).toEqual({
      type: "read_receipt",
      room_id: roomId,
      user_id: ben.id,
      message_ids: null,
      joined_seq: 0,
      up_to_seq: 3,
      read_at: receipt.read_at,
    });
    for (const message of await messagesOf(ann, roomId))
      expect(message).toMatchObject({ is_read: true, status: "read", read_by: [{ id: ben.id }] });

    // Again, there is nothing to mark, and nothing to tell.
    expect(await markRoom(ben, roomId)).toEqual({ status: "marked as read", count: 0 });
    expect(await eventsOf(annSocket, ["read_receipt"])).toHaveLength(1);
    expect(await eventsOf(benSocket, ["read_receipt"])).toEqual([]);
    await Promise.all([annSocket.close(), benSocket.close()]);
  });

  test("counts no message of one's own, and none that was read before", async () => {
    const { ann, ben, roomId } = await pair();
    const [first] = await sayMany(ann, roomId, 2);
    await say(ben, roomId);
    await say(ann, roomId);
    await markOne(ben, roomId, first ?? "");
    expect((await roomOf(ben, roomId)).unread_count).toBe(2);
    expect(await markRoom(ben, roomId)).toMatchObject({ count: 2 });
    expect((await roomOf(ben, roomId)).unread_count).toBe(0);
  });

  test("takes a list of messages", async () => {
    const { ann, ben, cid, roomId } = await trio();
    const ids = await sayMany(ann, roomId, 5);
    const socket = await connect(cid);
    const list = [ids[4], ids[1], ids[4]];
    expect(await markRoom(ben, roomId, { message_ids: list })).toMatchObject({ count: 2 });
    expect(await socket.next("read_receipt")).toMatchObject({
      user_id: ben.id,
      message_ids: [ids[1], ids[4]],
      up_to_seq: 0,
    });
    expect((await roomOf(ben, roomId)).unread_count).toBe(3);
    expect((await messagesOf(ben, roomId)).map((message) => message.is_read)).toEqual([
      ...[false, true, false, false, true],
    ]);
    // What was read out of order is folded into the mark when the hole before it closes.
    expect(await markRoom(ben, roomId, { message_ids: [ids[0], ids[1]] })).toMatchObject({ count: 1 });
    expect(await socket.next("read_receipt")).toMatchObject({ message_ids: [ids[0]], up_to_seq: 2 });
    expect(await roomOf(ben, roomId)).toMatchObject({ unread_count: 2, me: { read_seq: 2 } });
    await socket.close();
  });

  test("takes a seq, and one beyond the last message means all", async () => {
    const { ann, ben, roomId } = await pair();
    await sayMany(ann, roomId, 4);
    expect(await markRoom(ben, roomId, { up_to_seq: 3 })).toMatchObject({ count: 3 });
    expect(await markRoom(ben, roomId, { up_to_seq: 2 })).toMatchObject({ count: 0 });
    expect((await roomOf(ben, roomId)).unread_count).toBe(1);
    expect(await markRoom(ben, roomId, { up_to_seq: 999 })).toMatchObject({ count: 1 });
    expect(await roomOf(ben, roomId)).toMatchObject({ unread_count: 0, me: { read_seq: 4 } });
    await say(ann, roomId);
    expect((await roomOf(ben, roomId)).unread_count).toBe(1);
  });

  test("refuses a list with an unknown message as a whole", async () => {
    const { ann, ben, roomId } = await pair();
    const [first] = await sayMany(ann, roomId, 2);
    const elsewhere = await say(ann, await groupRoom(ann, [ben]));
    for (const unknown of [elsewhere.id, `${roomId}-3`, "x"]) {
      const { status, problem } = await attempt("markRoomRead", {
        token: ben.token,
        params: { room_id: roomId },
        body: { message_ids: [first, unknown] },
      });
      expect([status, problem.code]).toEqual([404, "not_found"]);
    }
    expect((await roomOf(ben, roomId)).unread_count).toBe(2);
  });

  test("refuses wrong input", async () => {
    const { ann, roomId } = await pair();
    for (const body of [
      { up_to_seq: -1 },
      { up_to_seq: 1.5 },
      { up_to_seq: "1" },
      { message_ids: [] },
      { message_ids: "x" },
      { message_ids: Array.from({ length: 101 }, (_, at) => `${roomId}-${at + 1}`) },
      { message_ids: [`${roomId}-1`], up_to_seq: 1 },
    ]) {
      const { status } = await attempt("markRoomRead", {
        token: ann.token,
        params: { room_id: roomId },
        body,
      });
      expect(status).toBe(400);
    }
  });
});

test("whoever is not in a room can mark nothing in it, whether or not it exists", async () => {
  const { ann, roomId } = await pair();
  const message = await say(ann, roomId);
  const [eve] = await newUsers(1);
  const token = eve?.token;
  const nowhere = randomUUID();
  const answers = await Promise.all(
    [
      { room: roomId, message: message.id },
      { room: nowhere, message: `${nowhere}-1` },
    ].flatMap(({ room, message: id }) => [
      attempt("markRoomRead", { token, params: { room_id: room } }),
      attempt("markRoomRead", { token, params: { room_id: room }, body: { up_to_seq: 1 } }),
      attempt("markRoomRead", { token, params: { room_id: room }, body: { message_ids: [id] } }),
      attempt("markAllRead", { token, params: { room_id: room } }),
      attempt("markMessageRead", { token, params: { room_id: room, message_id: id } }),
      attempt("markMessageReadById", { token, params: { message_id: id } }),
      attempt("getMessageStatus", { token, params: { message_id: id } }),
      attempt("updateMessageStatus", { token, params: { message_id: id }, body: { status: "read" } }),
      attempt("updateMessageStatus", { token, params: { message_id: id }, body: { status: "delivered" } }),
    ]),
  );
  for (const { status, problem } of answers)
    expect([status, problem.detail]).toEqual([403, "You don't have access to this room"]);
});

test("a public room can be read without joining, but nothing in it can be marked", async () => {
  const [ann, eve] = await newUsers(2);
  if (!ann || !eve) throw new Error("no users");
  const room = await call("createRoom", { token: ann.token, body: { room_type: "public", name: "All" } });
  const message = await say(ann, room.id);
  const { token } = eve;
  for (const refused of [
    await attempt("markRoomRead", { token, params: { room_id: room.id } }),
    await attempt("markMessageReadById", { token, params: { message_id: message.id } }),
  ])
    expect([refused.status, refused.problem.code]).toEqual([403, "forbidden"]);
  expect(await call("getMessageStatus", { token, params: { message_id: message.id } })).toMatchObject({
    count: 0,
    members: [],
  });
});

test("markAllRead does the same as markRoomRead without a body", async () => {
  const { ann, ben, roomId } = await pair();
  await sayMany(ann, roomId, 2);
  const mark = () => call("markAllRead", { token: ben.token, params: { room_id: roomId } });
  expect(await mark()).toEqual({ status: "marked as read", count: 2 });
  expect(await mark()).toEqual({ status: "marked as read", count: 0 });
});

describe("markMessageRead", () => {
  test("reads one message, and says whether it was read before", async () => {
    const { ann, ben, roomId } = await pair();
    const ids = await sayMany(ann, roomId, 2);
    const socket = await connect(ann);
    const second = ids[1] ?? "";
    expect(await markOne(ben, roomId, second)).toEqual({
      status: "marked as read",
      was_already_read: false,
    });
    expect(await markOne(ben, roomId, second)).toMatchObject({ was_already_read: true });
    expect((await messagesOf(ann, roomId)).map((message) => message.status)).toEqual(["sent", "read"]);
    expect((await roomOf(ben, roomId)).unread_count).toBe(1);
    expect(await eventsOf(socket, ["read_receipt"])).toMatchObject([{ message_ids: [second], up_to_seq: 0 }]);
    await socket.close();
  });

  test("one's own message is read already", async () => {
    const { ann, roomId } = await pair();
    const message = await say(ann, roomId);
    expect(await markOne(ann, roomId, message.id)).toMatchObject({ was_already_read: true });
    expect((await messagesOf(ann, roomId))[0]).toMatchObject({ is_read: false, status: "sent", read_by: [] });
  });

  test("knows no message of another room, nor one that is not there yet", async () => {
    const { ann, ben, roomId } = await pair();
    await say(ann, roomId);
    const elsewhere = await say(ann, await groupRoom(ann, [ben]));
    for (const unknown of [elsewhere.id, `${roomId}-2`, `${roomId}-0`, "x"]) {
      const { status } = await attempt("markMessageRead", {
        token: ben.token,
        params: { room_id: roomId, message_id: unknown },
      });
      expect(status).toBe(404);
    }
    for (const unknown of [`${roomId}-2`, "x"]) {
      const params = { message_id: unknown };
      expect((await attempt("markMessageReadById", { token: ben.token, params })).status).toBe(404);
      expect((await attempt("getMessageStatus", { token: ben.token, params })).status).toBe(404);
    }
  });

  test("of many at once for one message, one has read it", async () => {
    const { ann, ben, roomId } = await pair();
    const ids = await sayMany(ann, roomId, 3);
    const answers = await Promise.all(Array.from({ length: 12 }, () => markOne(ben, roomId, ids[1] ?? "")));
    expect(answers.filter((answer) => !answer.was_already_read)).toHaveLength(1);
    const counts = await Promise.all(Array.from({ length: 8 }, () => markRoom(ben, roomId)));
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });

  test("works without the room's id", async () => {
    const { ann, ben, roomId } = await pair();
    const [first] = await sayMany(ann, roomId, 1);
    const mark = () => call("markMessageReadById", { token: ben.token, params: { message_id: first ?? "" } });
    expect(await mark()).toMatchObject({ was_already_read: false });
    expect(await mark()).toMatchObject({ was_already_read: true });
    expect((await roomOf(ben, roomId)).unread_count).toBe(0);
  });
});

describe("who has written on past much that is unread", () => {
  test("has seen it after 64 messages, and the others are told", async () => {
    const { ann, ben, roomId } = await pair();
    const socket = await connect(ann);
    await say(ann, roomId);
    for (let at = 0; at < 64; at += 1) await say(ben, roomId);
    expect(await roomOf(ben, roomId)).toMatchObject({ unread_count: 1, me: { read_seq: 0 } });
    expect(await eventsOf(socket, ["read_receipt"])).toEqual([]);
    await say(ben, roomId);
    expect(await roomOf(ben, roomId)).toMatchObject({ unread_count: 0, me: { read_seq: 66 } });
    expect(await socket.next("read_receipt")).toMatchObject({
      user_id: ben.id,
      message_ids: null,
      up_to_seq: 66,
    });
    await socket.close();
  });
});

describe("the status of a message", () => {
  test("is told for each member but the sender, with the time of their mark", async () => {
    const { ann, ben, cid, roomId } = await trio();
    const message = await say(ann, roomId);
    const status = (user: TestUser) =>
      call("getMessageStatus", { token: user.token, params: { message_id: message.id } });
    const put = (user: TestUser, to: "delivered" | "read") =>
      call("updateMessageStatus", {
        token: user.token,
        params: { message_id: message.id },
        body: { status: to },
      });
    const before = await status(ann);
    expect(before).toMatchObject({ message_id: message.id, room: roomId, status: "sent", count: 2 });
    expect(before.members.map((member) => member.user_id).sort()).toEqual([ben.id, cid.id].sort());
    expect(before.members.every((member) => member.status === "sent" && member.updated_at === null)).toBe(
      true,
    );

    const socket = await connect(ann);
    const received = await put(ben, "delivered");
    expect(received).toMatchObject({ message_id: message.id, user_id: ben.id, status: "delivered" });
    expect(received.updated_at).not.toBeNull();
    expect(await socket.next("delivered")).toEqual({
      type: "delivered",
      room_id: roomId,
      user_id: ben.id,
      joined_seq: 0,
      up_to_seq: 1,
      delivered_at: received.updated_at,
    });
    expect(await status(ann)).toMatchObject({ status: "delivered", is_read: false });
    expect((await messagesOf(ann, roomId))[0]).toMatchObject({ status: "delivered" });
    expect((await messagesOf(ben, roomId))[0]).toMatchObject({ status: "delivered", is_read: false });
    expect((await messagesOf(cid, roomId))[0]).toMatchObject({ status: "sent" });

    const read = await put(cid, "read");
    expect(read).toMatchObject({ user_id: cid.id, status: "read" });
    expect(await socket.next("read_receipt")).toMatchObject({ user_id: cid.id, read_at: read.updated_at });
    const after = await status(ann);
    expect(after).toMatchObject({ status: "read", is_read: true });
    expect(after.members.find((member) => member.user_id === ben.id)).toEqual({
      user_id: ben.id,
      status: "delivered",
      updated_at: received.updated_at,
    });
    expect(after.members.find((member) => member.user_id === cid.id)).toMatchObject({ status: "read" });

    // A status never goes back.
    expect(await put(cid, "delivered")).toMatchObject({ status: "read" });
    expect(await status(ben)).toMatchObject({ status: "delivered", is_read: false });
    expect(await put(ann, "read")).toMatchObject({ user_id: ann.id, status: "read", updated_at: null });
    await socket.close();
  });

  test("lists the members in pages", async () => {
    const { ann, roomId } = await trio();
    const message = await say(ann, roomId);
    const page = (number: number) =>
      call("getMessageStatus", {
        token: ann.token,
        params: { message_id: message.id },
        query: { page: number, page_size: 1 },
      });
    const [one, two] = await Promise.all([page(1), page(2)]);
    expect(one).toMatchObject({ count: 2, previous: null });
    expect(one.next).toContain("page=2");
    expect(two).toMatchObject({ count: 2, next: null });
    expect(two.previous).toContain("page=1");
    expect(one.members[0]?.user_id).not.toBe(two.members[0]?.user_id);
  });

  test("takes delivered and read, and nothing else", async () => {
    const { ann, ben, roomId } = await pair();
    const message = await say(ann, roomId);
    for (const status of ["sent", "seen", null, 1]) {
      const answer = await attempt("updateMessageStatus", {
        token: ben.token,
        params: { message_id: message.id },
        body: { status },
      });
      expect(answer.status).toBe(400);
    }
    for (const status of ["delivered", "read"]) {
      const answer = await attempt("updateMessageStatus", {
        token: ben.token,
        params: { message_id: `${roomId}-9` },
        body: { status },
      });
      expect(answer.status).toBe(404);
    }
  });
});

describe("listUnreadMessages", () => {
  const unread = (user: TestUser, query: Record<string, number> = {}) =>
    call("listUnreadMessages", { token: user.token, query });

  test("lists what is unread in all rooms, the latest room first, in each the oldest message first", async () => {
    const { ann, ben, cid, roomId } = await trio();
    const direct = await directRoom(ann, ben);
    await say(ann, roomId, "g1");
    await say(ben, roomId, "g2");
    const third = await say(cid, roomId, "g3");
    await say(ann, roomId, "g4");
    await say(ann, direct, "d1");
    await say(ann, direct, "d2");
    await markOne(ben, roomId, third.id);
    await markRoom(cid, roomId);

    const all = await unread(ben);
    expect(all.results.map((message) => message.content)).toEqual(["d1", "d2", "g1", "g4"]);
    expect(all).toMatchObject({ count: 4, next: null, previous: null });
    for (const message of all.results) expect(message).toMatchObject({ is_read: false, status: "sent" });
    expect(all.results[2]?.read_by.map((reader) => reader.id)).toEqual([cid.id]);
    // As the room itself shows them.
    const shown = await messagesOf(ben, roomId);
    expect(shown).toEqual(expect.arrayContaining(all.results.slice(2)));

    const pages = await Promise.all([1, 2, 3].map((page) => unread(ben, { page, page_size: 3 })));
    expect(pages.map((page) => page.results.map((message) => message.content))).toEqual([
      ["d1", "d2", "g1"],
      ["g4"],
      [],
    ]);
    expect(pages[0]?.next).toContain("page=2");
    expect(await unread(cid)).toMatchObject({ count: 0, results: [] });
  });

  test("refuses a page that is none", async () => {
    const { ann } = await pair();
    for (const query of [{ page: 0 }, { page_size: 101 }, { page_size: 0 }])
      expect((await attempt("listUnreadMessages", { token: ann.token, query })).status).toBe(400);
  });
});

describe("a large room", () => {
  const roomWith = async (creator: TestUser, ids: readonly string[]) =>
    call("createRoom", {
      token: creator.token,
      body: { room_type: "group", name: "Large", participant_ids: ids },
    });

  test("of 200 tells all of each other's marks, and names the first of the readers", async () => {
    const [ann, ...readers] = await newUsers(53);
    if (!ann) throw new Error("no users");
    const idle = await newAccounts(147);
    const room = await roomWith(ann, [...readers.map((reader) => reader.id), ...idle]);
    const message = await say(ann, room.id);
    const socket = await connect(ann);
    await Promise.all(readers.map((reader) => markRoom(reader, room.id)));
    await socket.until(
      (events) => events.filter((event) => event.type === "read_receipt").length === readers.length,
      "A receipt of each reader",
    );
    const [shown] = await messagesOf(ann, room.id);
    expect(shown).toMatchObject({ is_read: true, status: "read" });
    expect(shown?.read_by).toHaveLength(10);
    const params = { room_id: room.id, message_id: message.id };
    expect((await call("getMessage", { token: ann.token, params })).read_by).toHaveLength(50);
    const pages = await Promise.all(
      [1, 2].map((page) =>
        call("getMessageStatus", {
          token: ann.token,
          params: { message_id: message.id },
          query: { page, page_size: 100 },
        }),
      ),
    );
    const read = pages.flatMap((page) => page.members).filter((member) => member.status === "read");
    expect(read.map((member) => member.user_id).sort()).toEqual(readers.map((reader) => reader.id).sort());
    expect(pages[0]).toMatchObject({ count: 199, status: "read" });
    // In the list of rooms too, though it shows 20 participants.
    const { results } = await call("listRooms", { token: ann.token });
    expect(results[0]?.last_message).toMatchObject({ is_read: true });
    await socket.close();
  }, 120_000);

  test("of more keeps everybody's own marks exact, and tells nobody of them", async () => {
    const [ann, ben] = await newUsers(2);
    if (!ann || !ben) throw new Error("no users");
    const idle = await newAccounts(205);
    const room = await roomWith(ann, idle);
    // Who comes last is no witness of others' messages, but of what they read themselves.
    await call("addParticipants", {
      token: ann.token,
      params: { room_id: room.id },
      body: { user_ids: [ben.id] },
    });
    const message = await say(ann, room.id);
    const socket = await connect(ann);
    expect((await messagesOf(ben, room.id))[0]).toMatchObject({ is_read: false, status: "sent" });
    expect(await markRoom(ben, room.id)).toMatchObject({ count: 1 });
    expect((await messagesOf(ben, room.id))[0]).toMatchObject({ is_read: true, status: "read" });
    expect((await roomOf(ben, room.id)).unread_count).toBe(0);
    const statuses = await call("getMessageStatus", {
      token: ann.token,
      params: { message_id: message.id },
      query: { page: 3, page_size: 100 },
    });
    expect(statuses.count).toBe(206);
    expect(statuses.members.find((member) => member.user_id === ben.id)).toMatchObject({ status: "read" });
    expect(await eventsOf(socket, ["read_receipt"])).toEqual([]);
    await socket.close();
  }, 120_000);
});

describe("over the socket", () => {
  test("read_receipt marks a message, a list, or all up to a seq", async () => {
    const { ann, ben, roomId } = await pair();
    const ids = await sayMany(ann, roomId, 5);
    const [annSocket, benSocket] = await Promise.all([connect(ann), connect(ben)]);
    const mark = (what: object) => benSocket.request({ type: "read_receipt", room_id: roomId, ...what });
    for (const [what, receipt] of [
      [{ message_id: ids[2] }, { message_ids: [ids[2]], up_to_seq: 0 }],
      [{ message_ids: [ids[0], ids[2]] }, { message_ids: [ids[0]], up_to_seq: 1 }],
      [{ up_to_seq: 2 }, { message_ids: null, up_to_seq: 3 }],
      [{ up_to_seq: 1000 }, { message_ids: null, up_to_seq: 5 }],
    ] as const) {
      expect(await mark(what)).toMatchObject({ type: "ack" });
      expect(await annSocket.next("read_receipt")).toMatchObject({ user_id: ben.id, ...receipt });
    }
    expect((await roomOf(ben, roomId)).unread_count).toBe(0);
    expect(await eventsOf(benSocket, ["read_receipt"])).toEqual([]);
    await Promise.all([annSocket.close(), benSocket.close()]);
  });

  test("on a connection that is limited to a room, the room may be left out", async () => {
    const { ann, ben, roomId } = await pair();
    const message = await say(ann, roomId);
    const socket = await connect(ben, { room_id: roomId });
    expect(await socket.request({ type: "read_receipt", message_id: message.id })).toMatchObject({
      type: "ack",
    });
    expect(await socket.request({ type: "delivered", up_to_seq: 1 })).toMatchObject({ type: "ack" });
    expect((await messagesOf(ann, roomId))[0]).toMatchObject({ is_read: true });
    await socket.close();
  });

  test("delivered marks what was received, tells the others once, and never goes back", async () => {
    const { ann, ben, cid, roomId } = await trio();
    await sayMany(ann, roomId, 3);
    const [annSocket, benSocket] = await Promise.all([connect(ann), connect(ben)]);
    const deliver = (upTo: number) =>
      benSocket.request({ type: "delivered", room_id: roomId, up_to_seq: upTo });
    for (const upTo of [2, 2, 1, 1000]) expect(await deliver(upTo)).toMatchObject({ type: "ack" });
    const told = (await eventsOf(annSocket, ["delivered"])).map((event) =>
      event.type === "delivered" ? [event.user_id, event.up_to_seq] : [],
    );
    expect(told).toEqual([
      [ben.id, 2],
      [ben.id, 3],
    ]);
    expect(await eventsOf(benSocket, ["delivered"])).toEqual([]);
    expect((await messagesOf(ann, roomId)).map((message) => message.status)).toEqual(
      Array(3).fill("delivered"),
    );
    expect((await messagesOf(cid, roomId)).map((message) => message.status)).toEqual(Array(3).fill("sent"));
    expect((await roomOf(ben, roomId)).unread_count).toBe(3);
    await Promise.all([annSocket.close(), benSocket.close()]);
  });

  test("a frame that is not right gets its error", async () => {
    const { ann, ben, roomId } = await pair();
    await say(ann, roomId);
    const [eve] = await newUsers(1);
    if (!eve) throw new Error("no user");
    const [socket, foreign] = await Promise.all([connect(ben), connect(eve)]);
    const codeOf = async (client: SocketClient, frame: Parameters<SocketClient["request"]>[0]) => {
      const answer = await client.request(frame);
      return answer.type === "error" ? answer.error.code : "ack";
    };
    const receipt = { type: "read_receipt", room_id: roomId } as const;
    expect(await codeOf(socket, receipt)).toBe("invalid_input");
    expect(await codeOf(socket, { ...receipt, up_to_seq: 1, message_id: `${roomId}-1` })).toBe(
      "invalid_input",
    );
    expect(await codeOf(socket, { ...receipt, up_to_seq: -1 })).toBe("invalid_input");
    expect(await codeOf(socket, { type: "read_receipt", up_to_seq: 1 })).toBe("invalid_input");
    expect(await codeOf(socket, { ...receipt, message_id: `${roomId}-2` })).toBe("not_found");
    expect(await codeOf(socket, { type: "delivered", room_id: roomId })).toBe("invalid_input");
    expect(await codeOf(foreign, { ...receipt, up_to_seq: 1 })).toBe("forbidden");
    expect(await codeOf(foreign, { type: "delivered", room_id: roomId, up_to_seq: 1 })).toBe("forbidden");
    expect((await roomOf(ben, roomId)).unread_count).toBe(1);
    await Promise.all([socket.close(), foreign.close()]);
  });
});
