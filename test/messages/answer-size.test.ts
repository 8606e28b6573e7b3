/**
 * Messages, rooms and events as long as the contract allows, of signs that JSON writes with six
 * bytes each, reach all members.
 */
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, test } from "vitest";
import { maxReactions } from "../../contract/message-changes.ts";
import type { OperationId } from "../../contract/operations.ts";
import { attempt, call } from "../support/contract-client.ts";
import { keys } from "../support/internals.ts";
import { itemsOfRoom, operatorTable } from "../support/operator.ts";
import { type TestUser, two } from "../support/people.ts";
import { nextOf, untilIndexed } from "../support/search.ts";
import { seedItems } from "../support/seed-items.ts";
import { connect } from "../support/socket-client.ts";
import { target } from "../support/target.ts";

/** Returns a text of control signs, with one visible sign: without it, the text would be empty. */
function signs(count: number): string {
  return `${"\u0001".repeat(count - 1)}.`;
}

const readerCount = 50;
const messageCount = 32;

let ann: TestUser;
let ben: TestUser;
let roomId: string;
let readers: string[];

function setItem(Key: object, names: string, values: Record<string, unknown>) {
  return operatorTable().send(
    new UpdateCommand({
      TableName: target().tableName,
      Key: { ...Key },
      UpdateExpression: `SET ${names}`,
      ExpressionAttributeValues: values,
    }),
  );
}

/** Seeds users with the profile of `user`: to register them all would take longer than all else. */
async function likenesses(user: TestUser): Promise<string[]> {
  const { Item } = await operatorTable().send(
    new GetCommand({ TableName: target().tableName, Key: keys.profile(user.id) }),
  );
  const ids = Array.from({ length: readerCount }, (_, at) => `${user.id.slice(0, -2)}${at + 10}`);
  await seedItems(ids.map((id) => ({ ...Item, ...keys.profile(id), id })));
  return ids;
}

/**
 * Seeds copies of the first message, each changed, pinned, a reply to the first, and read by all
 * users.
 */
async function repeatMessage(): Promise<void> {
  const first = (await itemsOfRoom(roomId)).find(({ sk }) => sk === keys.message(roomId, 1).sk);
  const seqs = Array.from({ length: messageCount }, (_, at) => at + 1);
  // Seconds since 1970: long enough ago that no change is in flight.
  const changedAt = Math.floor(Date.now() / 1000) - 600;
  await seedItems(
    seqs.flatMap((seq) => [
      {
        ...first,
        ...keys.message(roomId, seq),
        rev: seq,
        pinned_at: "2026-01-01T00:00:00.000Z",
      },
      { ...keys.change(roomId, seq), seq, at: changedAt, before: changedAt },
      { ...keys.reply(roomId, 1, seq) },
      { ...keys.pin(roomId, seq), pinned_at: "2026-01-01T00:00:00.000Z" },
    ]),
  );
  await setItem(keys.head(roomId), "seq = :count, rev = :count, rev_at = :at", {
    ":count": messageCount,
    ":at": changedAt,
  });
  for (const id of readers)
    await setItem(keys.membership(roomId, id), "read_seq = :count, read_at = :now", {
      ":count": messageCount,
      ":now": Date.now(),
    });
}

beforeAll(async () => {
  [ann, ben] = await two();
  const names = { display_name: signs(100), first_name: signs(100), last_name: signs(100) };
  const others = { specialization: signs(100), institution: signs(200), role: signs(100), bio: signs(500) };
  const profile_picture = `https://example.com/${signs(1000)}`;
  await call("updateProfile", { token: ben.token, body: { ...names, ...others, profile_picture } });
  readers = await likenesses(ben);
  const participant_ids = [...readers, ben.id];
  const room = await call("createRoom", {
    token: ann.token,
    body: { room_type: "group", name: "Long", participant_ids },
  });
  roomId = room.id;
  const content = `needle ${signs(3990)}`;
  const params = { room_id: roomId };
  await call("sendMessage", { token: ben.token, params, body: { content, metadata: { k: signs(600) } } });
  await repeatMessage();
});

type Query = Record<string, string | number>;
interface List {
  readonly count: number;
  readonly next: string | null;
  readonly results: readonly { readonly id: string }[];
}

/** Returns the ids of each page of a list, by its links. */
async function walk(id: OperationId, query: Query, params: Record<string, string> = {}) {
  const pages: string[][] = [];
  for (let next: Query | undefined = query; next; ) {
    const { status, body } = await attempt(id, { token: ann.token, params, query: next });
    expect(status).toBe(200);
    // Safe: the operations here list objects with an id.
    const page = body as unknown as List;
    pages.push(page.results.map((entry) => entry.id));
    next = page.next === null ? undefined : Object.fromEntries(new URL(page.next).searchParams);
  }
  return pages;
}

const oldestFirst = Array.from({ length: messageCount }, (_, at) => at + 1);
function idsOf(seqs: readonly number[]): string[] {
  return seqs.map((seq) => `${roomId}-${seq}`);
}

describe("an answer that is too large", () => {
  test.each([
    ["from the newest", { page_size: 100 }, oldestFirst],
    ["of a further page", { page: 2, page_size: 16 }, oldestFirst.slice(0, 16)],
    ["before a seq", { page_size: 100, before: 30 }, oldestFirst.slice(0, 29)],
  ])("ends early, and goes on right there: messages %s", async (_, query, seqs) => {
    const pages = await walk("listMessages", query, { room_id: roomId });
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.toReversed().flat()).toEqual(idsOf(seqs));
  });

  test.each([
    ["listMessages", { page_size: 100, after: 0 }],
    ["listMessages", { page_size: 100, changed_since: 0 }],
    ["listUnreadMessages", { page_size: 100 }],
  ] as const)("ends early, and goes on right there: %s with %o", async (id, query) => {
    const pages = await walk(id, query, { room_id: roomId });
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat()).toEqual(idsOf(oldestFirst));
  });

  test.each(["listReplies", "listPins"] as const)(
    "ends early, and continues at that place: %s",
    async (id) => {
      const pages = await walk(id, { page_size: 100 }, { room_id: roomId, message_id: `${roomId}-1` });
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.toReversed().flat()).toEqual(idsOf(oldestFirst));
    },
  );

  test("ends early, and continues at that place: searches", async () => {
    await untilIndexed();
    const newestFirst = idsOf(oldestFirst).reverse();
    const params = { room_id: roomId };
    const pages = await walk("searchRoomMessages", { q: "needle" }, params);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat()).toEqual(newestFirst);
    const found: string[] = [];
    for (let next: Query | undefined = { q: "needle" }; next; ) {
      const { body, headers } = await attempt("searchMessages", { token: ann.token, query: next });
      found.push(...body.map(({ id }) => id));
      next = nextOf(headers);
    }
    expect(found).toEqual(newestFirst);
  });

  test("ends early, and continues at that place: rooms, in both directions", async () => {
    const name = `Large ${roomId}`;
    const ids: string[] = [];
    const params = (id: string) => ({ token: ann.token, params: { room_id: id } });
    for (let at = 0; at < 10; at += 1) {
      const body = { room_type: "public", name, participant_ids: readers.slice(0, 20) };
      ids.push((await call("createRoom", { token: ann.token, body })).id);
    }
    const rooms = await walk("listRooms", { page_size: 100 });
    expect(rooms.length).toBeGreaterThan(1);
    expect(rooms.flat()).toEqual([...ids.toReversed(), roomId]);
    const found = await walk("listPublicRooms", { q: name, page_size: 100 });
    expect(found.length).toBeGreaterThan(1);
    expect(found.flat().sort()).toEqual(ids.toSorted());

    const skip = rooms[0]?.length ?? 0;
    const { previous } = await call("listRooms", { token: ann.token, query: { skip } });
    const back = Object.fromEntries(new URL(previous ?? "").searchParams);
    const before = await call("listRooms", { token: ann.token, query: back });
    expect(before.results.map(({ id }) => id)).toEqual(rooms[0]);
    expect(before.previous).toBeNull();

    // The first rooms, as many as one answer holds: there is no further page.
    const first = await call("searchRooms", { token: ann.token, query: { q: name } });
    expect(first.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, first.length));
    for (const id of ids) await call("deleteRoom", params(id));
  });
});

describe("an event", () => {
  test("of a change names as many readers, or participants, as it has room for", async () => {
    const reactions = Array.from(
      { length: maxReactions },
      (_, at) => `👍 ${ben.id.slice(0, -4)}${at + 1000}`,
    );
    await setItem(keys.message(roomId, 1), "reactions = :all", { ":all": new Set(reactions) });
    const socket = await connect(ann);
    const params = { room_id: roomId, message_id: `${roomId}-1` };
    const content = signs(4000);
    await call("updateMessage", { token: ben.token, params, body: { content } });
    const { message } = await socket.next("message_updated");
    expect(message.content).toBe(content);
    expect(message.reactions["👍"]).toHaveLength(maxReactions);
    expect(message.read_by.length).toBeLessThan(10);

    const emoji = "👍";
    const body = { emoji, action: "remove" };
    await setItem(keys.message(roomId, 1), "reactions = :all", {
      ":all": new Set([...reactions.slice(1), `${emoji} ${ben.id}`]),
    });
    await call("reactToMessage", { token: ben.token, params, body });
    expect((await socket.next("reaction")).reactions[emoji]).toHaveLength(maxReactions - 1);

    const tags = Array.from({ length: 20 }, (_, at) => signs(40 + at / 2));
    const description = signs(1000);
    await call("updateRoom", { token: ann.token, params, body: { name: signs(100), description, tags } });
    const { room } = await socket.next("room_updated");
    expect(room).toMatchObject({ description, participant_count: readerCount + 2 });
    expect(room.participants.length).toBeLessThan(20);
    await socket.close();
  });

  test("of reactions by users with long ids has room for them all, since a message takes no more", async () => {
    const long = Array.from({ length: 200 }, (_, at) => `👍 ${"x".repeat(250)}${at}`);
    await setItem(keys.message(roomId, 2), "reactions = :long", { ":long": new Set(long) });
    const { status, problem } = await attempt("reactToMessage", {
      token: ann.token,
      params: { room_id: roomId, message_id: `${roomId}-2` },
      body: { emoji: "👍" },
    });
    expect([status, problem.code]).toEqual([409, "conflict"]);
  });
});
