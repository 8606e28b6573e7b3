import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { eventsOf, markOne, markRoom, messagesOf, roomOf, sayMany } from "../support/marking.ts";
import { say } from "../support/messages.ts";
import { directRoom, groupRoom, newUsers, pair, type TestUser, trio, two } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

describe("markRoomRead", () => {
  test("reads all messages, returns their number, and publishes to other members", async () => {
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

    // A second call has nothing to mark, and nothing to publish.
    expect(await markRoom(ben, roomId)).toEqual({ status: "marked as read", count: 0 });
    expect(await eventsOf(annSocket, ["read_receipt"])).toHaveLength(1);
    expect(await eventsOf(benSocket, ["read_receipt"])).toEqual([]);
    await Promise.all([annSocket.close(), benSocket.close()]);
  });

  test("counts no message of the caller, and none that was read before", async () => {
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
    // A message that was read out of order is folded into the mark when the hole before it closes.
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

test("a user who is not in a room can mark nothing in it, whether or not it exists", async () => {
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

test("a user can read a public room without joining, and mark nothing in it", async () => {
  const [ann, eve] = await two();
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

describe("listUnreadMessages", () => {
  const unread = (user: TestUser, query: Record<string, number> = {}) =>
    call("listUnreadMessages", { token: user.token, query });

  test("lists unread messages of all rooms, the latest room first, in each the oldest message first", async () => {
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
    // The same as the room shows them.
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

  test("refuses an invalid page", async () => {
    const { ann } = await pair();
    for (const query of [{ page: 0 }, { page_size: 101 }, { page_size: 0 }])
      expect((await attempt("listUnreadMessages", { token: ann.token, query })).status).toBe(400);
  });
});
