import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { eventsOf, markOne, markRoom, messagesOf, roomOf, sayMany } from "../support/marking.ts";
import { say } from "../support/messages.ts";
import { groupRoom, pair, type TestUser, trio } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

describe("markMessageRead", () => {
  test("reads one message, and returns whether it was read before", async () => {
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

  test("returns the caller's own message as read already", async () => {
    const { ann, roomId } = await pair();
    const message = await say(ann, roomId);
    expect(await markOne(ann, roomId, message.id)).toMatchObject({ was_already_read: true });
    expect((await messagesOf(ann, roomId))[0]).toMatchObject({ is_read: false, status: "sent", read_by: [] });
  });

  test("refuses a message of another room, and one that does not exist yet", async () => {
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

  test("reads a message once if many calls come at once", async () => {
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

describe("a member who has sent messages past many unread ones", () => {
  test("counts as having read them after 64 messages, and other members get an event", async () => {
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
  test("is listed for each member except the sender, with the time of the mark", async () => {
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
