import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { listenAll, seqsOf } from "../support/load.ts";
import { say } from "../support/messages.ts";
import { groupRoom, newUsers, pair } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";
import { target } from "../support/target.ts";

describe("sendMessage", () => {
  test("stores the content, trimmed, with its sender", async () => {
    const { ann, ben, roomId } = await pair();
    const first = await say(ann, roomId, "  Hello  ", {
      message_type: "appointment",
      priority: "emergency",
      metadata: { at: "2026-01-01", tiny: 1e-200, deep: { list: [1, null, true] } },
      sender: ben.id,
    });
    expect(first).toMatchObject({
      seq: 1,
      room: roomId,
      content: "Hello",
      message_type: "appointment",
      priority: "emergency",
      metadata: { at: "2026-01-01", tiny: 1e-200, deep: { list: [1, null, true] } },
      sender: { id: ann.id },
      status: "sent",
      is_read: false,
      read_by: [],
      client_message_id: null,
    });
    const reply = await say(ben, roomId, "Hi", { reply_to: first.id });
    expect(reply).toMatchObject({ seq: 2, reply_to: first.id });
    const page = await call("listMessages", { token: ann.token, params: { room_id: roomId } });
    expect(page.results).toEqual([first, reply]);
  });

  test("reaches every connection of every member, and no other user", async () => {
    const people = await newUsers(4);
    const [ann, ben, cid, dan] = people;
    if (!ann || !ben || !cid || !dan) throw new Error("no users");
    const roomId = await groupRoom(ann, [ben, cid]);
    const sockets = await Promise.all([ann, ann, ben, cid, dan].map((user) => connect(user)));
    const message = await say(ann, roomId, "To all of you");
    for (const socket of sockets.slice(0, 4)) expect((await socket.next("message")).message).toEqual(message);
    const outsider = sockets[4];
    await outsider?.request({ type: "ping" });
    expect(outsider?.events.map((event) => event.type)).toEqual(["pong", "ack"]);
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  test("names all problems of a body at once", async () => {
    const { ann, roomId } = await pair();
    const { status, problem } = await attempt("sendMessage", {
      token: ann.token,
      params: { room_id: roomId },
      body: {
        content: "   ",
        message_type: "system",
        priority: "high",
        metadata: { text: "x".repeat(5000) },
        client_message_id: "with space",
      },
    });
    expect(status).toBe(400);
    expect(problem.errors?.map((error) => error.path).sort()).toEqual([
      "client_message_id",
      "content",
      "message_type",
      "metadata",
      "priority",
    ]);
  });

  test("takes 4,000 characters, however many bytes they have, and refuses 4,001", async () => {
    const { ann, roomId } = await pair();
    expect((await say(ann, roomId, "🙂".repeat(4000))).content).toHaveLength(8000);
    const { status } = await attempt("sendMessage", {
      token: ann.token,
      params: { room_id: roomId },
      body: { content: "x".repeat(4001) },
    });
    expect(status).toBe(400);
  });

  test("keeps all metadata, or names the key that it refuses", async () => {
    const { ann, roomId } = await pair();
    const params = { room_id: roomId };
    for (const metadata of ['{"__proto__":{"a":1}}', '{"a":[{"__proto__":1}]}', '{"a":1,"__proto__":null}']) {
      const body = `{"content":"x","metadata":${metadata}}`;
      const { problem } = await attempt("sendMessage", { token: ann.token, params, body });
      expect(problem.errors, metadata).toEqual([
        { path: "metadata", message: "must have no key `__proto__`" },
      ]);
    }
    const metadata = { constructor: "x", prototype: { toString: 1 } };
    expect((await say(ann, roomId, "x", { metadata })).metadata).toEqual(metadata);
  });

  test("refuses content without a visible character, and the character NUL", async () => {
    const { ann, roomId } = await pair();
    const { token } = ann;
    const refusal = async (content: string): Promise<string[] | undefined> => {
      const answer = await attempt("sendMessage", { token, params: { room_id: roomId }, body: { content } });
      return answer.problem.errors?.map(({ path, message }) => `${path} ${message}`);
    };
    for (const content of ["\u200b", "\0", "\u200d \u2060", "\u3164", "\u2800", "\u00ad\ufe0f", "\u0007"])
      expect(await refusal(content), JSON.stringify(content)).toEqual([
        "content must not be empty, unless the message has a file",
      ]);
    expect(await refusal("a\0b")).toEqual(["content must not contain the character NUL"]);
    for (const content of ["a\u200bb", "❤️", ".", "\u0301", "👩‍👩‍👧"])
      expect((await say(ann, roomId, content)).content).toBe(content);
    for (const body of [
      { room_type: "group", name: "\u200b" },
      { room_type: "group", tags: ["\u2060"] },
    ])
      expect((await attempt("createRoom", { token, body })).status).toBe(400);
    expect((await attempt("updateProfile", { token, body: { display_name: "\u200e" } })).status).toBe(400);
  });

  test("answers 404 for a reply to an unknown message", async () => {
    const { ann, ben, roomId } = await pair();
    const elsewhere = await say(ann, await groupRoom(ann, [ben]), "Elsewhere");
    for (const replyTo of [elsewhere.id, `${roomId}-99`, "x"]) {
      const { status } = await attempt("sendMessage", {
        token: ann.token,
        params: { room_id: roomId },
        body: { content: "Hm", reply_to: replyTo },
      });
      expect(status).toBe(404);
    }
  });

  test("answers 403 to a user who is not a member", async () => {
    const { roomId } = await pair();
    const [eve] = await newUsers(1);
    for (const target of [roomId, randomUUID()]) {
      const { status, problem } = await attempt("sendMessage", {
        token: eve?.token,
        params: { room_id: target },
        body: { content: "Hi" },
      });
      expect(status).toBe(403);
      expect(problem.detail).toBe("You don't have access to this room");
    }
  });
});

describe("sendMessage with a client_message_id", () => {
  test("returns the same message again, by body and by header", async () => {
    const { ann, roomId } = await pair();
    const send = (input: object) =>
      attempt("sendMessage", { token: ann.token, params: { room_id: roomId }, ...input });
    const first = await send({ body: { content: "Once", client_message_id: "c-1" } });
    const again = await send({ body: { content: "Once more", client_message_id: "c-1" } });
    const byHeader = await send({ body: { content: "Once" }, headers: { "idempotency-key": "c-1" } });
    expect([first.status, again.status, byHeader.status]).toEqual([201, 200, 200]);
    expect(again.body).toEqual(first.body);
    expect(byHeader.body).toEqual(first.body);
    const other = await send({ body: { content: "Once", client_message_id: "c-2" } });
    expect(other).toMatchObject({ status: 201, body: { seq: 2 } });
  });

  test("returns the message in its present state when it was read or changed since", async () => {
    const { ann, ben, roomId } = await pair();
    const send = () => say(ann, roomId, "Once", { client_message_id: "c-1" });
    const params = { room_id: roomId, message_id: (await send()).id };
    await call("markMessageRead", { token: ben.token, params });
    await call("reactToMessage", { token: ben.token, params, body: { emoji: "👍" } });
    expect(await send()).toEqual(await call("getMessage", { token: ann.token, params }));
    expect(await send()).toMatchObject({ is_read: true, status: "read", read_by: [{ id: ben.id }], rev: 1 });
  });

  test("stores one message when 50 calls send it at the same time", async () => {
    const { ann, ben, roomId } = await pair();
    const socket = await connect(ben);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        attempt("sendMessage", {
          token: ann.token,
          params: { room_id: roomId },
          body: { content: "Only once", client_message_id: "only-once" },
        }),
      ),
    );
    const ids = new Set(answers.map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
    const page = await call("listMessages", { token: ben.token, params: { room_id: roomId } });
    expect(page.results.map((message) => message.id)).toEqual([...ids]);
    const room = await call("getRoom", { token: ben.token, params: { room_id: roomId } });
    expect(room.last_message?.id).toBe([...ids][0]);
    await socket.next("message");
    await socket.request({ type: "ping" });
    const received = socket.events.flatMap((event) => (event.type === "message" ? [event.message.id] : []));
    expect(new Set(received)).toEqual(ids);
    await socket.close();
  });

  test("remembers the ids of more messages than a burst", async () => {
    const { ann, roomId } = await pair();
    const send = (at: number) => say(ann, roomId, `Message ${at}`, { client_message_id: `m-${at}` });
    const numbers = Array.from({ length: 30 }, (_, at) => at);
    const first = await Promise.all(numbers.map(send));
    const again = await Promise.all(numbers.map(send));
    expect(again.map((message) => message.id)).toEqual(first.map((message) => message.id));
  });
});

describe("listMessages", () => {
  test("returns the newest messages as page 1, and lists every page oldest first", async () => {
    const { ann, ben, roomId } = await pair();
    for (let at = 1; at <= 7; at += 1) await say(at % 2 === 0 ? ann : ben, roomId, `m${at}`);
    const list = (query: Record<string, string | number>) =>
      call("listMessages", { token: ann.token, params: { room_id: roomId }, query });
    const contents = async (query: Record<string, string | number>) =>
      (await list(query)).results.map((message) => message.content);

    expect(await contents({ page_size: 3 })).toEqual(["m5", "m6", "m7"]);
    expect(await contents({ page_size: 3, page: 2 })).toEqual(["m2", "m3", "m4"]);
    expect(await contents({ page_size: 3, page: 3 })).toEqual(["m1"]);
    expect(await contents({ page_size: 3, page: 4 })).toEqual([]);
    expect(await contents({ page_size: 2, before: 4 })).toEqual(["m2", "m3"]);
    expect(await contents({ page_size: 2, after: 4 })).toEqual(["m5", "m6"]);
    expect(await contents({ after: 7 })).toEqual([]);
    expect(await contents({ after: 0, page_size: 100 })).toHaveLength(7);

    expect(await list({ page_size: 3, page: 3 })).toMatchObject({ count: 7, next: null });
    expect((await list({ page_size: 3, page: 2 })).next).toContain("page=3");
    expect((await list({ after: 4, page_size: 2 })).next).toContain("after=6");
    expect((await list({ before: 4, page_size: 2 })).next).toContain("before=2");
  });

  test("links the whole history without a gap or a repeat", async () => {
    const { ann, roomId } = await pair();
    for (let at = 1; at <= 7; at += 1) await say(ann, roomId, `m${at}`);
    for (const start of ["page_size=2", "before=100&page_size=2", "after=0&page_size=2"]) {
      const seen: number[] = [];
      let next: string | null = `${target().httpUrl}/api/chat/rooms/${roomId}/messages?${start}`;
      while (next) {
        const response: Response = await fetch(next, { headers: { authorization: `Bearer ${ann.token}` } });
        const page = (await response.json()) as { next: string | null; results: { seq: number }[] };
        seen.push(...page.results.map((message) => message.seq));
        next = page.next;
      }
      expect(seen.sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    }
  });

  test("refuses a malformed cursor", async () => {
    const { ann, roomId } = await pair();
    for (const query of [{ before: "x" }, { after: -1 }, { before: "1e3" }, { before: 3, after: 1 }]) {
      const { status } = await attempt("listMessages", {
        token: ann.token,
        params: { room_id: roomId },
        query: query as Record<string, string | number>,
      });
      expect(status).toBe(400);
    }
  });
});

/** Messages of each of 20 concurrent senders. `MESSAGES_EACH=150` sends 3,000 in all. */
const messagesEach = Number(process.env.MESSAGES_EACH ?? 25);

test(`sendMessage numbers ${20 * messagesEach} messages of 20 concurrent senders once each, and connected members get all`, async () => {
  const people = await newUsers(20);
  const [first] = people;
  if (!first) throw new Error("no users");
  const roomId = await groupRoom(first, people.slice(1));
  // Some members are connected: each event that one of them gets costs time.
  const listeners = await listenAll(people.slice(0, 8), 1);
  const sent = await Promise.all(
    people.map(async (user) => {
      const seqs: number[] = [];
      // Without a word, so that search has nothing to index: this test is about the numbers.
      for (let at = 0; at < messagesEach; at += 1) seqs.push((await say(user, roomId, "…")).seq);
      return seqs;
    }),
  );
  const total = people.length * messagesEach;
  const expected = Array.from({ length: total }, (_, at) => at + 1);
  expect(sent.flat().sort((one, other) => one - other)).toEqual(expected);

  for (const [who, listener] of listeners.entries()) {
    const received = new Set(seqsOf(listener, roomId));
    // Delivery is best effort: a client that sees a hole asks for the missing messages.
    let missing = expected.find((seq) => !received.has(seq));
    while (missing !== undefined) {
      const page = await call("listMessages", {
        token: people[who]?.token,
        params: { room_id: roomId },
        query: { after: missing - 1, page_size: 100 },
      });
      expect(page.results.length).toBeGreaterThan(0);
      for (const message of page.results) received.add(message.seq);
      missing = expected.find((seq) => !received.has(seq));
    }
    expect(received.size).toBe(total);
  }
  for (const listener of listeners) listener.close();
}, 600_000);
