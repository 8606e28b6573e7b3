/** Repeats of a send, when the room has changed since the first attempt. */
import { beforeEach, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults } from "../support/control.ts";
import { cutOff } from "../support/faults.ts";
import { groupRoom, type TestUser, three } from "../support/people.ts";
import { closeAll, connect, type SocketClient } from "../support/socket-client.ts";

let ann: TestUser;
let ben: TestUser;
let cid: TestUser;
let roomId: string;

beforeEach(async () => {
  [ann, ben, cid] = await three();
  roomId = await groupRoom(ann, [ben]);
});

function inRoom(user: TestUser, body?: object) {
  return {
    token: user.token,
    params: { room_id: roomId },
    ...(body && { body }),
  };
}

function send(user: TestUser) {
  return attempt("sendMessage", inRoom(user, { content: "the message", client_message_id: "the-id" }));
}

/**
 * Sends a message whose function ends after the claim of its number, before the message is stored.
 */
async function sendHalf(user: TestUser): Promise<void> {
  const claim = { action: "UpdateItem", pk: `ROOM#${roomId}`, sk: "MEMBER#", function: "messages" };
  await cutOff(() => send(user), claim);
  await clearFaults();
}

async function heard(socket: SocketClient): Promise<number[]> {
  await socket.request({ type: "ping" });
  return socket.events.flatMap((event) => (event.type === "message" ? [event.message.seq] : []));
}

describe("a repeated send that a later member may not see", () => {
  for (const [what, first, status] of [
    ["was stored", async () => expect((await send(ann)).status).toBe(201), 200],
    ["was claimed alone", () => sendHalf(ann), 201],
  ] as const)
    test(`is delivered to the other members alone, if it ${what}`, async () => {
      await call("updatePermissions", inRoom(ann, { member: { can_view_history: false } }));
      await first();
      await call("addParticipants", inRoom(ann, { user_ids: [cid.id] }));
      const [bens, cids] = [await connect(ben), await connect(cid)];
      const { body, ...answer } = await send(ann);
      expect(answer.status).toBe(status);
      const params = { room_id: roomId, message_id: body.id };
      expect((await attempt("getMessage", { token: cid.token, params })).status).toBe(404);
      // Later changes of the message do not reach the member either, whatever its time says.
      await call("updateMessage", { token: ann.token, params, body: { content: "changed" } });
      expect((await bens.next("message_updated")).message.content).toBe("changed");
      expect(await heard(bens)).toEqual([1]);
      expect(await heard(cids)).toEqual([]);
      expect(cids.events.filter(({ type }) => type === "message_updated")).toEqual([]);
      await closeAll(ben, [bens]);
      await closeAll(cid, [cids]);
    });
});

describe("a repeated send whose message was not stored", () => {
  for (const [what, forbid, allow] of [
    [
      "in a room that was archived since, waits until it is active",
      () => call("archiveRoom", inRoom(ann)),
      () => call("activateRoom", inRoom(ann)),
    ],
    [
      "of a sender who may no longer send, waits until it is allowed",
      () => call("updatePermissions", inRoom(ann, { member: { can_send: false } })),
      () => call("updatePermissions", inRoom(ann, { member: { can_send: true } })),
    ],
  ] as const)
    test(what, async () => {
      await sendHalf(ben);
      await forbid();
      const socket = await connect(ann);
      expect((await send(ben)).status).toBe(403);
      expect((await call("listMessages", inRoom(ann))).results).toEqual([]);
      expect(await heard(socket)).toEqual([]);
      await allow();
      expect(await send(ben)).toMatchObject({ status: 201, body: { seq: 1 } });
      expect(await heard(socket)).toEqual([1]);
      // A stored message was sent when it was allowed, and its repeat gets the same answer.
      await forbid();
      expect((await send(ben)).status).toBe(200);
      await closeAll(ann, [socket]);
    });
});
