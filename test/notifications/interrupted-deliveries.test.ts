/**
 * Requests that were cut off between the change and its events: a task publishes the events, since
 * a repeat does not.
 */
import { afterEach, describe, expect, test } from "vitest";
import { afterSeconds, emptyQueues, until } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, injectFault } from "../support/control.ts";
import { internals } from "../support/internals.ts";
import { actAsFunction, keysOfRoom } from "../support/operator.ts";
import { directRoom, groupRoom, type TestUser, three, two } from "../support/people.ts";
import { connect, type SocketClient } from "../support/socket-client.ts";

/** Seconds: longer than any request runs. */
const settled = 61;

/** Ends the function after its next update of the item. */
function crashAfterUpdate(sk: string, nth = 1) {
  return injectFault({
    kind: "crash",
    service: "dynamodb",
    action: "UpdateItem",
    sk,
    function: "rooms",
    nth,
  });
}

/**
 * Returns the types of the events about membership that a socket got, once everything posted before
 * has arrived.
 */
async function membershipEventsOf(socket: SocketClient): Promise<string[]> {
  await socket.request({ type: "ping" });
  return socket.events
    .map((event) => event.type)
    .filter((type) => type === "room_removed" || type === "participants_changed");
}

/**
 * Checks that a user's connections get room_removed, and that the connection of the room alone is
 * closed.
 */
async function expectRemoved(roomId: string, free: SocketClient, limited: SocketClient): Promise<void> {
  for (const socket of [free, limited])
    expect(await socket.next("room_removed")).toEqual({ type: "room_removed", room_id: roomId });
  await limited.closed;
  await free.close();
}

async function openBoth(user: TestUser, roomId: string): Promise<[SocketClient, SocketClient]> {
  return [await connect(user), await connect(user, { room_id: roomId })];
}

afterEach(async () => {
  await clearFaults();
  await emptyQueues();
});

describe("a deleteRoom that was cut off", () => {
  test("publishes room_removed to all members, and closes the room's own connections", async () => {
    const [ann, ben, cid] = await three();
    const params = { room_id: await groupRoom(ann, [ben, cid]) };
    const [free, limited] = await openBoth(ben, params.room_id);
    await crashAfterUpdate("HEAD");
    expect((await attempt("deleteRoom", { token: ann.token, params })).status).toBe(500);
    expect((await attempt("deleteRoom", { token: ann.token, params })).status).toBe(403);
    expect(await membershipEventsOf(free)).toEqual([]);

    await afterSeconds(settled);
    await expectRemoved(params.room_id, free, limited);
  });

  test("publishes room_removed of a large room to its connected members", async () => {
    const [ann, ben] = await two();
    const params = { room_id: await groupRoom(ann, [ben]) };
    // Grows the room as its 201st member would.
    actAsFunction();
    const { growRoster } = await internals.rosterChanges();
    const { addAllConnected } = await internals.connectedMembers();
    await growRoster(params.room_id, 1);
    await addAllConnected(params.room_id, 2);
    const [free, limited] = await openBoth(ben, params.room_id);
    await crashAfterUpdate("HEAD");
    expect((await attempt("deleteRoom", { token: ann.token, params })).status).toBe(500);

    await afterSeconds(settled);
    await expectRemoved(params.room_id, free, limited);
  });

  test("publishes nothing for a direct room that was opened again since", async () => {
    const [ann, ben] = await two();
    const params = { room_id: await directRoom(ann, ben) };
    const [free, limited] = await openBoth(ben, params.room_id);
    await crashAfterUpdate("HEAD");
    expect((await attempt("deleteRoom", { token: ann.token, params })).status).toBe(500);
    expect(await directRoom(ann, ben)).toBe(params.room_id);

    await afterSeconds(settled);
    for (const socket of [free, limited]) {
      expect(await membershipEventsOf(socket)).toEqual([]);
      await socket.close();
    }
  });

  test("publishes nothing from a task that continues the removal", async () => {
    const [ann, ben] = await two();
    const params = { room_id: await groupRoom(ann, [ben]) };
    const socket = await connect(ben);
    await crashAfterUpdate("HEAD");
    expect((await attempt("deleteRoom", { token: ann.token, params })).status).toBe(500);
    await afterSeconds(0);
    await emptyQueues();
    actAsFunction();
    const { sendTask } = await internals.tasksQueue();
    await sendTask({ task: "remove_room_items", room_id: params.room_id, continues: true });
    await until(async () => (await keysOfRoom(params.room_id)).join() === "HEAD", "only the head is left");
    expect(await membershipEventsOf(socket)).toEqual([]);
    await socket.close();
  });
});

describe("a removal that was cut off", () => {
  test("publishes to the removed member and to the others, and closes the room's own connections", async () => {
    const [ann, ben, cid] = await three();
    const roomId = await groupRoom(ann, [ben, cid]);
    const [free, limited] = await openBoth(ben, roomId);
    const cids = await connect(cid);
    const input = { token: ann.token, params: { room_id: roomId, user_id: ben.id } };
    await crashAfterUpdate("ROSTER#0");
    expect((await attempt("removeParticipant", input)).status).toBe(500);
    expect((await attempt("removeParticipant", input)).status).toBe(404);
    expect(await membershipEventsOf(cids)).toEqual([]);

    await afterSeconds(settled);
    await expectRemoved(roomId, free, limited);
    expect(await cids.next("participants_changed")).toMatchObject({
      room_id: roomId,
      added: [],
      removed: [ben.id],
      changed: [],
    });
    await cids.close();
  });

  test("publishes its events if the last admin left", async () => {
    const [ann, ben, cid] = await three();
    const params = { room_id: await groupRoom(ann, [ben, cid]) };
    const [free, limited] = await openBoth(ann, params.room_id);
    const cids = await connect(cid);
    // The first update of the roster promotes another admin.
    await crashAfterUpdate("ROSTER#0", 2);
    expect((await attempt("leaveRoom", { token: ann.token, params })).status).toBe(500);

    await afterSeconds(settled);
    await expectRemoved(params.room_id, free, limited);
    expect((await cids.next("participants_changed")).removed).toEqual([ann.id]);
    await cids.close();
  });

  test("publishes nothing of a member who has joined again", async () => {
    const [ann, ben, cid] = await three();
    const params = { room_id: await groupRoom(ann, [ben, cid]) };
    await crashAfterUpdate("ROSTER#0");
    expect((await attempt("leaveRoom", { token: ben.token, params })).status).toBe(500);
    await call("addParticipants", { token: ann.token, params, body: { user_ids: [ben.id] } });
    const [free, limited] = await openBoth(ben, params.room_id);
    const cids = await connect(cid);

    await afterSeconds(settled);
    for (const socket of [free, limited, cids]) {
      expect(await membershipEventsOf(socket)).toEqual([]);
      await socket.close();
    }
  });

  test("publishes nothing in a room that was deleted since", async () => {
    const [ann, ben, cid] = await three();
    const params = { room_id: await groupRoom(ann, [ben, cid]) };
    await crashAfterUpdate("ROSTER#0");
    expect((await attempt("leaveRoom", { token: ben.token, params })).status).toBe(500);
    await afterSeconds(0);
    await call("deleteRoom", { token: ann.token, params });
    const sockets = [await connect(ben), await connect(cid)];

    await afterSeconds(settled);
    const [bens = [], cids = []] = await Promise.all(sockets.map(membershipEventsOf));
    expect(bens).toEqual([]);
    // The event of the deletion, once more.
    expect(cids).toEqual(["room_removed"]);
    await Promise.all(sockets.map((socket) => socket.close()));
  });
});
