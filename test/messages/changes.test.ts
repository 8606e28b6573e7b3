import { describe, expect, test } from "vitest";
import type { Message } from "../../contract/objects/message.ts";
import { attempt, call } from "../support/contract-client.ts";
import { about, edit, groupWithStranger, list, type Place, say, statusOf } from "../support/messages.ts";
import { groupRoom, type TestUser } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

describe("updateMessage", () => {
  test("changes the content, publishes it to all members, and keeps the former content", async () => {
    const { ann, ben, roomId } = await groupWithStranger();
    const [annSocket, benSocket] = await Promise.all([connect(ann), connect(ben)]);
    const said = await say(ben, roomId, "Frist", { metadata: { a: 1 } });
    const edited = await edit(ben, said, "  First  ");
    expect(edited).toMatchObject({
      id: said.id,
      seq: said.seq,
      rev: 1,
      content: "First",
      is_edited: true,
      timestamp: said.timestamp,
      metadata: { a: 1 },
    });
    expect(edited.edited_at).not.toBeNull();
    expect((await benSocket.next("message_updated")).message).toEqual(edited);
    expect((await annSocket.next("message_updated")).message).toEqual(
      await call("getMessage", about(ann, said)),
    );
    const replaced = await call("replaceMessage", about(ben, said, { body: { content: "First!" } }));
    expect(replaced).toMatchObject({ content: "First!", rev: 2 });
    expect((await list(ann, roomId)).results.map((message) => message.content)).toEqual(["First!"]);
    const room = await call("getRoom", { token: ann.token, params: { room_id: roomId } });
    expect(room).toMatchObject({ rev: 2, last_message: { content: "First!", is_deleted: false } });

    const history = await call("listMessageHistory", about(ann, said));
    expect(history).toMatchObject({ count: 2, next: null, previous: null });
    expect(history.results).toEqual([
      { version: 1, content: "Frist", timestamp: said.timestamp },
      { version: 2, content: "First", timestamp: edited.edited_at },
    ]);
    const page = await call("listMessageHistory", about(ann, said, { query: { page: 2, page_size: 1 } }));
    expect(page.results.map((one) => one.version)).toEqual([2]);
    expect(page.previous).toContain("page=1");
    await Promise.all([annSocket.close(), benSocket.close()]);
  });

  test("leaves the room's last message alone if the message is older", async () => {
    const { ben, roomId } = await groupWithStranger();
    const first = await say(ben, roomId, "one");
    await say(ben, roomId, "two");
    await edit(ben, first, "uno");
    const room = await call("getRoom", { token: ben.token, params: { room_id: roomId } });
    expect(room).toMatchObject({ rev: 1, last_message: { content: "two" } });
  });

  test("keeps every content once when edits are concurrent", async () => {
    const { ben, roomId } = await groupWithStranger();
    const said = await say(ben, roomId, "0");
    const texts = Array.from({ length: 8 }, (_, at) => String(at + 1));
    await Promise.all(texts.map((text) => edit(ben, said, text)));
    const now = await call("getMessage", about(ben, said));
    const { count, results } = await call("listMessageHistory", about(ben, said));
    expect(count).toBe(8);
    expect([...results.map((one) => one.content), now.content].sort()).toEqual(["0", ...texts]);
    expect(results.map((one) => one.version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const room = await call("getRoom", { token: ben.token, params: { room_id: roomId } });
    expect(room.last_message?.content).toBe(now.content);
    expect(room.rev).toBe(now.rev);
  });

  test("is allowed to the author alone, and requires a content", async () => {
    const { ann, ben, eve, roomId } = await groupWithStranger();
    const said = await say(ben, roomId, "mine");
    for (const id of ["updateMessage", "replaceMessage"] as const) {
      const as = (user: TestUser, message: Place = said, content: unknown = "yours") =>
        statusOf(id, about(user, message, { body: { content } }));
      expect(await as(ann)).toBe(403);
      expect(await as(eve)).toBe(403);
      expect(await as(ben, { id: `${roomId}-77`, room: roomId })).toBe(404);
      expect(await as(ben, { id: "x", room: roomId })).toBe(404);
      for (const content of ["  ", "x".repeat(4001), 7, undefined])
        expect(await as(ben, said, content ?? null)).toBe(400);
    }
    expect((await call("getMessage", about(ben, said))).rev).toBe(0);
  });

  test("finds no message of another room under this one", async () => {
    const { ann, ben, roomId } = await groupWithStranger();
    const other = await groupRoom(ann, [ben]);
    const said = await say(ben, other, "elsewhere");
    for (const id of ["getMessage", "listReplies", "listMessageHistory"] as const)
      expect(await statusOf(id, about(ben, { id: said.id, room: roomId }))).toBe(404);
    expect(
      await statusOf("updateMessage", about(ben, { id: said.id, room: roomId }, { body: { content: "x" } })),
    ).toBe(404);
  });
});

describe("getMessage", () => {
  test("refuses a user who is not in the room", async () => {
    const { ben, eve, roomId } = await groupWithStranger();
    const said = await say(ben, roomId, "secret");
    for (const id of ["getMessage", "listReplies", "listMessageHistory"] as const) {
      const { status, problem } = await attempt(id, about(eve, said));
      expect([status, problem.detail]).toEqual([403, "You don't have access to this room"]);
    }
  });
});

describe("changed_since", () => {
  test("lists changed messages in the order of the changes, each once", async () => {
    const { ann, ben, roomId } = await groupWithStranger();
    const sent: Message[] = [];
    for (const text of ["a", "b", "c", "d"]) sent.push(await say(ben, roomId, text));
    const [a, b, c] = sent;
    if (!a || !b || !c) throw new Error("no messages");
    await edit(ben, c, "C");
    await call("reactToMessage", about(ann, a, { body: { emoji: "🎉" } }));
    await call("deleteMessage", about(ben, b));
    await edit(ben, c, "CC");
    const changed = (since: number, more = {}) => list(ann, roomId, { changed_since: since, ...more });
    const all = await changed(0);
    expect(all.results.map((message) => [message.seq, message.rev])).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
    expect(all).toMatchObject({ count: 3, next: null, previous: null });
    expect(all.results[0]).toEqual(await call("getMessage", about(ann, a)));
    expect((await changed(3)).results.map((message) => message.content)).toEqual(["CC"]);
    expect((await changed(4)).results).toEqual([]);
    expect((await changed(99)).results).toEqual([]);
    expect(all.rev).toBe(4);
    expect((await changed(99)).rev).toBe(4);
    // The first page covers two changes. One is of the message that a later page has.
    const first = await changed(0, { page_size: 2 });
    expect(first.results.map((message) => [message.seq, message.rev])).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect(first.rev).toBe(2);
    expect(first.next).toContain("changed_since=2");
    for (const query of [
      { changed_since: "x" },
      { changed_since: -1 },
      { changed_since: 1, after: 1 },
      { changed_since: 1, before: 1 },
    ])
      expect(await statusOf("listMessages", { token: ann.token, params: { room_id: roomId }, query })).toBe(
        400,
      );
  });

  test("a client that asks again and again while many members change messages misses nothing", async () => {
    const { ann, ben, cid, roomId } = await groupWithStranger();
    const sent: Message[] = [];
    for (let at = 0; at < 12; at += 1) sent.push(await say(ben, roomId, `m${at}`));
    const held = new Map<string, unknown>();
    let since = 0;
    let done = false;
    const askUntilDone = async (): Promise<void> => {
      const isLastPage = done;
      const page = await list(ann, roomId, { changed_since: since, page_size: 3 });
      for (const message of page.results) held.set(message.id, message);
      since = page.rev;
      if (!isLastPage || page.results.length > 0) await askUntilDone();
    };
    const change = async (user: TestUser, emoji: string) => {
      for (const message of sent) await call("reactToMessage", about(user, message, { body: { emoji } }));
    };
    const asking = askUntilDone();
    const changes = ["🎉", "👍", "🚀"].flatMap((emoji) => [ann, ben, cid].map((user) => change(user, emoji)));
    await Promise.all(changes);
    done = true;
    await asking;
    const { results } = await list(ann, roomId);
    for (const message of results) {
      expect(Object.keys(message.reactions).sort()).toEqual(["🎉", "👍", "🚀"].sort());
      expect(held.get(message.id)).toEqual(message);
    }
    const room = await call("getRoom", { token: ann.token, params: { room_id: roomId } });
    expect(since).toBe(room.rev);
  });
});
