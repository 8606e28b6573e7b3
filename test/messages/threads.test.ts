import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { advanceClock, metered } from "../support/control.ts";
import { about, type Place, say } from "../support/messages.ts";
import { directRoom, groupRoom, type TestUser, three } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

async function setScene() {
  const [ann, ben, eve] = await three();
  return { ann, ben, eve, roomId: await groupRoom(ann, [ben]) };
}

describe("replyToMessage and listReplies", () => {
  test("a reply is a message, and the thread lists it", async () => {
    const { ann, ben, roomId } = await setScene();
    const socket = await connect(ann);
    const said = await say(ann, roomId, "Question");
    const reply = await call("replyToMessage", about(ben, said, { body: { content: "Answer" } }));
    expect(reply).toMatchObject({ seq: 2, content: "Answer", reply_to: said.id, sender: { id: ben.id } });
    expect((await socket.next("message")).message.id).toBe(said.id);
    expect((await socket.next("message")).message).toEqual(reply);
    await say(ann, roomId, "Something else");
    await say(ann, roomId, "Thanks", { reply_to: said.id });
    await call("replyToMessage", about(ann, reply, { body: { content: "Deeper" } }));
    const thread = async (query: object = {}) => call("listReplies", about(ann, said, { query }));
    expect((await thread()).results.map((message) => message.content)).toEqual(["Answer", "Thanks"]);
    expect(await thread()).toMatchObject({ count: 2, next: null, previous: null });
    expect((await thread()).results[0]).toEqual(await call("getMessage", about(ann, reply)));
    expect((await thread({ page_size: 1 })).results.map((message) => message.seq)).toEqual([4]);
    expect((await thread({ page_size: 1 })).next).toContain("page=2");
    expect((await thread({ page_size: 1, page: 2 })).results.map((message) => message.seq)).toEqual([2]);
    expect((await thread({ page: 3 })).results).toEqual([]);
    expect((await call("listReplies", about(ann, reply))).results.map((one) => one.content)).toEqual([
      "Deeper",
    ]);
    // A deleted reply keeps its place, in the thread as well.
    await call("deleteMessage", about(ben, reply));
    expect((await thread()).results.map((message) => [message.content, message.is_deleted])).toEqual([
      ["", true],
      ["Thanks", false],
    ]);
    await socket.close();
  });

  test("a repeat with the same client_message_id is the same reply, once in the thread", async () => {
    const { ann, roomId } = await setScene();
    const said = await say(ann, roomId, "Question");
    const reply = (more: object) => attempt("replyToMessage", about(ann, said, more));
    const first = await reply({ body: { content: "Answer", client_message_id: "r-1" } });
    const again = await reply({ body: { content: "Answer" }, headers: { "idempotency-key": "r-1" } });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expect((await call("listReplies", about(ann, said))).count).toBe(1);
  });

  test("a reply is refused of non-members, to unknown messages and without a content", async () => {
    const { ann, ben, eve, roomId } = await setScene();
    const said = await say(ann, roomId, "Question");
    const elsewhere = await say(ann, await directRoom(ann, ben), "Elsewhere");
    const status = async (user: TestUser, place: Place, body: object = { content: "x" }) =>
      (await attempt("replyToMessage", about(user, place, { body }))).status;
    expect(await status(eve, said)).toBe(403);
    expect(await status(ben, { id: elsewhere.id, room: roomId })).toBe(404);
    expect(await status(ben, { id: `${roomId}-9`, room: roomId })).toBe(404);
    expect(await status(ben, said, { content: " " })).toBe(400);
    expect((await attempt("listReplies", about(eve, said))).status).toBe(403);
    expect((await attempt("listReplies", about(ann, said, { query: { page: 0 } }))).status).toBe(400);
  });

  test("a thread costs its own length, not the room's", async () => {
    const { ann, roomId } = await setScene();
    const said = await say(ann, roomId, "Question");
    await call("replyToMessage", about(ann, said, { body: { content: "Answer" } }));
    const cost = async () => {
      const { calls } = await metered(() => call("listReplies", about(ann, said)));
      return calls
        .filter((one) => one.service === "dynamodb")
        .map((one) => one.action)
        .sort();
    };
    const before = await cost();
    for (let at = 0; at < 20; at += 1) await say(ann, roomId, `m${at}`);
    expect(await cost()).toEqual(before);
    expect(before).not.toContain("Scan");
  });
});

describe("forwardMessage", () => {
  test("sends the message to each room, with the caller as its sender", async () => {
    const { ann, ben, eve, roomId } = await setScene();
    const said = await say(ben, roomId, "News", {
      message_type: "case",
      metadata: { n: 1 },
      priority: "emergency",
    });
    const [one, other] = [await directRoom(ann, eve), await groupRoom(ann, [eve])];
    const socket = await connect(eve);
    const forward = { body: { room_ids: [one, other, one], client_message_id: "f-1" } };
    const answer = await attempt("forwardMessage", about(ann, said, forward));
    expect(answer).toMatchObject({ status: 201, body: { count: 2, next: null, previous: null } });
    for (const [at, target] of [one, other].entries())
      expect(answer.body.results[at]).toMatchObject({
        room: target,
        content: "News",
        message_type: "case",
        metadata: { n: 1 },
        priority: "normal",
        forwarded_from: said.id,
        sender: { id: ann.id },
        reply_to: null,
      });
    expect((await socket.next("message")).message).toEqual(answer.body.results[0]);
    const again = await attempt("forwardMessage", about(ann, said, forward));
    expect(again.status).toBe(200);
    expect(again.body.results.map((message) => message.id)).toEqual(
      answer.body.results.map((message) => message.id),
    );
    await socket.close();
  });

  test("goes to none of the rooms if the caller is not in one", async () => {
    const { ann, ben, eve, roomId } = await setScene();
    const said = await say(ben, roomId, "News");
    const own = await directRoom(ann, eve);
    const foreign = await directRoom(ben, eve);
    const status = async (user: TestUser, place: Place, body: object) =>
      (await attempt("forwardMessage", about(user, place, { body }))).status;
    expect(await status(ann, said, { room_ids: [own, foreign] })).toBe(403);
    expect((await call("listMessages", { token: ann.token, params: { room_id: own } })).count).toBe(0);
    expect(await status(eve, said, { room_ids: [own] })).toBe(403);
    expect(await status(ann, { id: `${roomId}-9`, room: roomId }, { room_ids: [own] })).toBe(404);
    for (const body of [{}, { room_ids: [] }, { room_ids: own }, { room_ids: Array(21).fill(own) }])
      expect(await status(ann, said, body)).toBe(400);
  });

  test("goes to none of the rooms if the caller may not send in one, unless it has gone there before", async () => {
    const { ann, ben, roomId } = await setScene();
    const said = await say(ann, roomId, "News");
    const [one, silent, archived] = [
      await groupRoom(ann, [ben]),
      await groupRoom(ann, [ben]),
      await groupRoom(ann, [ben]),
    ];
    const forward = async (rooms: readonly string[]): Promise<number> => {
      const body = { room_ids: rooms, client_message_id: "f-1" };
      return (await attempt("forwardMessage", about(ben, said, { body }))).status;
    };
    const token = ann.token;
    const body = { member: { can_send: false } };
    await call("updatePermissions", { token, params: { room_id: silent }, body });
    await call("archiveRoom", { token, params: { room_id: archived } });
    for (const refused of [silent, archived]) expect(await forward([one, refused])).toBe(403);
    expect((await call("listMessages", { token, params: { room_id: one } })).count).toBe(0);

    await call("activateRoom", { token, params: { room_id: archived } });
    expect(await forward([one, archived])).toBe(201);
    await call("archiveRoom", { token, params: { room_id: archived } });
    expect(await forward([one, archived])).toBe(200);
  });

  test("out of a direct room says that the message was forwarded, and not from where", async () => {
    const { ann, ben, eve, roomId } = await setScene();
    const direct = await directRoom(ann, eve);
    const said = await say(eve, direct, "Psst");
    const { results } = await call(
      "forwardMessage",
      about(ann, said, { body: { room_ids: [roomId, direct] } }),
    );
    const [copy] = (await call("listMessages", { token: ben.token, params: { room_id: roomId } })).results;
    expect(copy).toMatchObject({ id: results[0]?.id, content: "Psst", forwarded_from: expect.any(String) });
    expect(copy?.forwarded_from).not.toContain(direct);
    // The two members of the direct room may know.
    expect(results[1]?.forwarded_from).toBe(said.id);
  });
});

describe("expires_in", () => {
  test("an expired message keeps its place without its content", async () => {
    const { ann, ben, roomId } = await setScene();
    const said = await say(ann, roomId, "Burn after reading", { expires_in: 60, metadata: { a: 1 } });
    if (said.expires_at === null) throw new Error("It lasts for ever.");
    const seconds = (Date.parse(said.expires_at) - Date.parse(said.timestamp)) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(60);
    expect(seconds).toBeLessThan(62);
    await call("updateMessage", about(ann, said, { body: { content: "Burn it" } }));
    const copy = await call("forwardMessage", about(ben, said, { body: { room_ids: [roomId] } }));
    expect(copy.results[0]?.expires_at).toBe(said.expires_at);
    await call("deleteMessage", about(ben, copy.results[0] ?? said));
    await call("pinMessage", about(ann, said));
    const pins = () => call("listPins", { token: ann.token, params: { room_id: roomId } });
    expect(await pins()).toMatchObject({ count: 1, results: [{ id: said.id }] });
    await advanceClock(62_000);
    expect(await pins()).toMatchObject({ count: 0, results: [] });
    expect(await call("getMessage", about(ben, said))).toMatchObject({
      content: "",
      metadata: null,
      is_deleted: true,
      seq: 1,
    });
    const page = await call("listMessages", { token: ben.token, params: { room_id: roomId } });
    expect(page.results[0]).toMatchObject({ content: "", is_deleted: true });
    expect((await call("listMessageHistory", about(ann, said))).results).toEqual([]);
    for (const [id, body] of [
      ["updateMessage", { content: "x" }],
      ["reactToMessage", { emoji: "👍" }],
      ["pinMessage", undefined],
      ["unpinMessage", undefined],
      ["deleteMessage", undefined],
      ["restoreMessage", undefined],
      ["replyToMessage", { content: "x" }],
      ["forwardMessage", { room_ids: [roomId] }],
    ] as const)
      expect((await attempt(id, about(ann, said, { body }))).status, id).toBe(404);
    expect((await attempt("restoreMessage", about(ben, copy.results[0] ?? said))).status).toBe(404);
  });

  test("an expired last message is no longer shown in the room either", async () => {
    const { ann, ben, roomId } = await setScene();
    await say(ann, roomId, "Burn after reading", { expires_in: 1 });
    await advanceClock(3000);
    const room = await call("getRoom", { token: ben.token, params: { room_id: roomId } });
    expect(room.last_message).toMatchObject({ content: "", is_deleted: true });
  });

  test("lasts from a second to a year", async () => {
    const { ann, roomId } = await setScene();
    for (const expires_in of [0, -1, 1.5, 31_536_001, "60"]) {
      const { status } = await attempt("sendMessage", {
        token: ann.token,
        params: { room_id: roomId },
        body: { content: "x", expires_in },
      });
      expect(status).toBe(400);
    }
    expect((await say(ann, roomId, "x", { expires_in: 31_536_000 })).expires_at).not.toBeNull();
    expect((await say(ann, roomId, "x", { expires_in: null })).expires_at).toBeNull();
  });
});
