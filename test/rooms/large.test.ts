import { beforeAll, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { metered } from "../support/control.ts";
import { newAccounts, newUser, type TestUser, two } from "../support/people.ts";
import { copyRoom } from "../support/room-copies.ts";
import { connect } from "../support/socket-client.ts";

/** More accounts than one roster chunk holds. */
const accountCount = 260;

let ann: TestUser;
let accounts: string[];
/** Created once. A test that changes a room works on a copy of it. */
let full: string;

async function create(participant_ids: readonly string[]): Promise<string> {
  return (
    await call("createRoom", {
      token: ann.token,
      body: { room_type: "public", name: "Large", participant_ids },
    })
  ).id;
}

beforeAll(async () => {
  ann = await newUser("ann");
  accounts = await newAccounts(accountCount);
  full = await create(accounts);
}, 180_000);

/** Returns the ids of all members of a room, through all pages. */
async function listAll(roomId: string): Promise<string[]> {
  const ids: string[] = [];
  for (let page = 1; ; page += 1) {
    const list = await call("listParticipants", {
      token: ann.token,
      params: { room_id: roomId },
      query: { page, page_size: 100 },
    });
    ids.push(...list.results.map((one) => one.id));
    if (list.next === null) {
      expect(list.count).toBe(ids.length);
      return ids;
    }
  }
}

async function countOf(roomId: string): Promise<number[]> {
  const room = await call("getRoom", { token: ann.token, params: { room_id: roomId } });
  const list = await call("listRooms", { token: ann.token });
  return [
    room.participant_count,
    ...list.results.flatMap((one) => (one.id === roomId ? [one.participant_count] : [])),
  ];
}

describe("a room of more members than one roster item holds", () => {
  test("is created at once, or grows, and lists each member once", async () => {
    const [made, grown] = [full, await create([])];
    const room = await call("addParticipants", {
      token: ann.token,
      params: { room_id: grown },
      body: { user_ids: accounts },
    });
    expect(room.participant_count).toBe(accountCount + 1);
    for (const roomId of [made, grown]) {
      expect((await listAll(roomId)).sort()).toEqual([ann.id, ...accounts].sort());
      expect(await countOf(roomId)).toEqual([accountCount + 1, accountCount + 1]);
    }
    const again = await call("addParticipants", {
      token: ann.token,
      params: { room_id: grown },
      body: { user_ids: accounts },
    });
    expect(again.participant_count).toBe(accountCount + 1);
  });

  test("joining, leaving and removing count, in later chunks and their gaps too", async () => {
    const roomId = await copyRoom(full);
    const [ben, cid] = await two();
    const params = { room_id: roomId };
    const last = (await listAll(roomId)).at(-1) ?? "";
    await call("removeParticipant", { token: ann.token, params: { ...params, user_id: last } });
    const first = (await listAll(roomId))[1] ?? "";
    await call("removeParticipant", { token: ann.token, params: { ...params, user_id: first } });
    expect(await countOf(roomId)).toEqual([accountCount - 1, accountCount - 1]);

    await Promise.all([ben, cid].map(({ token }) => call("joinRoom", { token, params })));
    const members = await listAll(roomId);
    expect(members.sort()).toEqual(
      [ann.id, ben.id, cid.id, ...accounts.filter((id) => id !== first && id !== last)].sort(),
    );
    const socket = await connect(ben);
    await call("sendMessage", { token: ann.token, params, body: { content: "to all" } });
    expect((await socket.next("message")).message.content).toBe("to all");
    await call("leaveRoom", { token: ben.token, params });
    expect(await socket.next("room_removed")).toMatchObject(params);
    expect(await attempt("leaveRoom", { token: ben.token, params })).toMatchObject({ status: 403 });
    expect(await countOf(roomId)).toEqual([accountCount, accountCount]);
    await socket.close();
  });

  test("members see each other's addresses wherever they are listed, until one leaves", async () => {
    const params = { room_id: await copyRoom(full) };
    const [ben, cid] = await two();
    for (const { token } of [ben, cid]) await call("joinRoom", { token, params });
    await call("sendMessage", { token: ben.token, params, body: { content: "from afar" } });
    const { token } = cid;
    const shown = async () => {
      const room = await call("getRoom", { token, params });
      const listed = (await call("listRooms", { token })).results[0];
      const unread = (await call("listUnreadMessages", { token })).results[0];
      const messages = (await call("listMessages", { token, params })).results[0];
      return [room.last_message, listed?.last_message, unread, messages].map((one) => one?.sender.email);
    };
    expect(await shown()).toEqual([ben.email, ben.email, ben.email, ben.email]);
    await call("leaveRoom", { token: ben.token, params });
    expect(await shown()).toEqual([null, null, null, null]);
  });

  test("a user who is no member, and leaves, reads none of the roster", async () => {
    const params = { room_id: await copyRoom(full) };
    const ben = await newUser("ben");
    const { calls } = await metered(async () => {
      expect(await attempt("leaveRoom", { token: ben.token, params })).toMatchObject({ status: 403 });
    });
    const rru = calls.reduce((sum, one) => sum + one.rru, 0);
    // The head, the missing membership, and the caller's presence.
    expect(rru).toBe(3);
  });

  test("when an admin leaves, the longest-standing member becomes admin, in whatever chunk", async () => {
    const roomId = await copyRoom(full);
    const params = { room_id: roomId };
    const ben = await newUser("ben");
    await call("joinRoom", { token: ben.token, params });
    await call("updateParticipant", {
      token: ann.token,
      params: { ...params, user_id: ben.id },
      body: { role: "admin" },
    });
    await call("leaveRoom", { token: ann.token, params });
    const page = await call("listParticipants", {
      token: ben.token,
      params,
      query: { page: 3, page_size: 100 },
    });
    expect(page.results.find((one) => one.id === ben.id)).toMatchObject({ room_role: "admin" });
    await call("leaveRoom", { token: ben.token, params });
    const left = await call("listParticipants", { token: ann.token, params, query: { page_size: 100 } });
    expect(left.results.filter((one) => one.room_role === "admin").map((one) => one.id)).toEqual([
      [...accounts].sort()[0],
    ]);
  });

  test("a page of participants reads the chunks that it shows, and a joiner writes one", async () => {
    const roomId = await copyRoom(full);
    const params = { room_id: roomId };
    const page = await metered(() =>
      call("listParticipants", { token: ann.token, params, query: { page: 14, page_size: 20 } }),
    );
    const reads = page.calls.filter((one) => one.service === "dynamodb").map((one) => one.rru);
    expect(reads.reduce((sum, rru) => sum + rru, 0)).toBeLessThan(30);
    const ben = await newUser("ben");
    const joining = await metered(() => call("joinRoom", { token: ben.token, params }));
    const writes = joining.calls.filter((one) => one.wru > 0);
    // The membership, the roster, the member counts, and the large rooms in the joiner's presence.
    expect(writes.map((one) => one.action).sort()).toEqual([
      "PutItem",
      "UpdateItem",
      "UpdateItem",
      "UpdateItem",
    ]);
  });
});
