import { describe, expect, test } from "vitest";
import type { OperationId } from "../../contract/operations.ts";
import { attempt, call } from "../support/contract-client.ts";
import { about, type Place, say } from "../support/messages.ts";
import { groupRoom, type TestUser, three, two } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

function inRoom(user: TestUser, roomId: string, more: object = {}) {
  return {
    token: user.token,
    params: { room_id: roomId },
    ...more,
  };
}

/** Every operation on one message, with a body that it takes. */
const reading = [["getMessage"], ["listReplies"], ["listMessageHistory"]] as const;
const changing = [
  ["updateMessage", { content: "x" }],
  ["replaceMessage", { content: "x" }],
  ["deleteMessage"],
  ["restoreMessage"],
  ["reactToMessage", { emoji: "👍" }],
  ["pinMessage"],
  ["unpinMessage"],
] as const;
const sending = [["replyToMessage", { content: "x" }]] as const;

async function statuses(
  user: TestUser,
  message: Place,
  operations: readonly (readonly [OperationId, object?])[],
): Promise<number[]> {
  const given: number[] = [];
  for (const [id, body] of operations) {
    const { status } = await attempt(id, about(user, message, body && { body }));
    given.push(status);
  }
  return given;
}

function all(status: number, operations: readonly unknown[]): number[] {
  return operations.map(() => status);
}

describe("a member who may not view the history", () => {
  test("sees no message from before joining, and gets no event of its changes", async () => {
    const [ann, ben, cid] = await three();
    const roomId = await groupRoom(ann, [ben]);
    const old = await say(ann, roomId, "old");
    await call("pinMessage", about(ann, old));
    await call("updatePermissions", inRoom(ann, roomId, { body: { member: { can_view_history: false } } }));
    await call("addParticipants", inRoom(ann, roomId, { body: { user_ids: [cid.id] } }));
    const socket = await connect(cid);
    const fresh = await say(ann, roomId, "fresh");

    const page = await call("listMessages", inRoom(cid, roomId));
    expect(page.results.map((message) => message.content)).toEqual(["fresh"]);
    expect(page.count).toBe(1);
    for (const query of [{ after: 0 }, { before: 9 }, { page_size: 1 }])
      expect((await call("listMessages", inRoom(cid, roomId, { query }))).results).toHaveLength(1);
    expect((await call("listMessages", inRoom(cid, roomId, { query: { page_size: 1 } }))).next).toBeNull();
    expect((await call("listPins", inRoom(cid, roomId))).results).toEqual([]);
    const every = [...reading, ...changing, ...sending];
    expect(await statuses(cid, old, every)).toEqual(all(404, every));
    const { status } = await attempt(
      "sendMessage",
      inRoom(cid, roomId, { body: { content: "x", reply_to: old.id } }),
    );
    expect(status).toBe(404);

    await call("updateMessage", about(ann, old, { body: { content: "older" } }));
    await call("reactToMessage", about(ann, old, { body: { emoji: "👍" } }));
    await call("deleteMessage", about(ann, old));
    await call("updateMessage", about(ann, fresh, { body: { content: "fresher" } }));
    expect((await socket.next("message_updated")).message.content).toBe("fresher");
    expect(
      socket.events.filter((event) => event.type === "reaction" || event.type === "message_deleted"),
    ).toEqual([]);
    const changed = await call("listMessages", inRoom(cid, roomId, { query: { changed_since: 0 } }));
    expect(changed.results.map((message) => message.content)).toEqual(["fresher"]);
    // Ben was a member before, and still sees the message.
    expect((await call("listMessages", inRoom(ben, roomId))).count).toBe(2);
    expect((await call("listMessages", inRoom(ann, roomId))).count).toBe(2);
    await socket.close();
  });
});

describe("a public room", () => {
  test("is read by any user, and changed by members alone", async () => {
    const [ann, eve] = await two();
    const body = { room_type: "public", name: "For all" };
    const { id: roomId } = await call("createRoom", { token: ann.token, body });
    const said = await say(ann, roomId, "hello");
    expect(await statuses(eve, said, reading)).toEqual(all(200, reading));
    expect((await call("listPins", inRoom(eve, roomId))).count).toBe(0);
    expect((await call("getMessage", about(eve, said))).sender.email).toBeNull();
    expect(await statuses(eve, said, [...changing, ...sending])).toEqual(all(403, [...changing, ...sending]));
  });
});

describe("permissions", () => {
  test("without can_send a member may neither edit nor restore; without can_pin a member may not unpin", async () => {
    const [ann, ben] = await two();
    const roomId = await groupRoom(ann, [ben]);
    const said = await say(ben, roomId, "hello");
    await call(
      "updatePermissions",
      inRoom(ann, roomId, { body: { member: { can_send: false, can_pin: false } } }),
    );
    expect(await statuses(ben, said, [...changing, ...sending])).toEqual([
      403, 403, 204, 403, 409, 403, 403, 403,
    ]);
    const mine = await say(ann, roomId, "hello");
    expect((await attempt("reactToMessage", about(ben, mine, { body: { emoji: "👍" } }))).status).toBe(200);
    const forward = about(ben, mine, { body: { room_ids: [roomId] } });
    expect((await attempt("forwardMessage", forward)).status).toBe(403);
  });

  test("members read messages of an archived room, and cannot change them", async () => {
    const [ann, ben] = await two();
    const roomId = await groupRoom(ann, [ben]);
    const said = await say(ann, roomId, "hello");
    await call("archiveRoom", inRoom(ann, roomId));
    expect(await statuses(ann, said, reading)).toEqual(all(200, reading));
    expect(await statuses(ann, said, [...changing, ...sending])).toEqual(all(403, [...changing, ...sending]));
  });

  test("a removed member has no access to any message", async () => {
    const [ann, ben] = await two();
    const roomId = await groupRoom(ann, [ben]);
    const said = await say(ben, roomId, "hello");
    const params = { room_id: roomId, user_id: ben.id };
    await call("removeParticipant", { token: ann.token, params });
    const every = [...reading, ...changing, ...sending];
    expect(await statuses(ben, said, every)).toEqual(all(403, every));
    expect((await attempt("listPins", inRoom(ben, roomId))).status).toBe(403);
  });
});
