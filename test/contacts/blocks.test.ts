import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { trySay } from "../support/messages.ts";
import { directRoom, groupRoom, type TestUser, three, two } from "../support/people.ts";

function block(user: TestUser, other: TestUser) {
  return attempt("blockContact", { token: user.token, params: { contact_id: other.id } });
}
function unblock(user: TestUser, other: TestUser) {
  return attempt("unblockContact", { token: user.token, params: { contact_id: other.id } });
}
function open(user: TestUser, other: TestUser) {
  return attempt("openDirectRoom", { token: user.token, body: { user_id: other.id } });
}
async function listed(user: TestUser, blocked: "true" | "false") {
  return (await call("listContacts", { token: user.token, query: { blocked } })).results.map((one) => one.id);
}

const refused = {
  status: 403,
  problem: { code: "forbidden", detail: "You can't send messages in this room." },
};
const notOpened = {
  status: 403,
  problem: { code: "forbidden", detail: "You can't send messages to this user." },
};

describe("blockContact", () => {
  test("refuses direct messages both ways in the same words, and hides nothing that is there", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    await trySay(ben, roomId, "before");
    const { status, body } = await block(ann, ben);
    expect([status, body.id, body.is_blocked]).toEqual([200, ben.id, true]);
    for (const user of [ann, ben]) {
      expect(await trySay(user, roomId)).toMatchObject(refused);
      expect((await open(user, user === ann ? ben : ann)).status).toBe(200);
      const page = await call("listMessages", { token: user.token, params: { room_id: roomId } });
      expect(page.results.map((one) => one.content)).toEqual(["before"]);
      expect((await call("listRooms", { token: user.token })).results.map((one) => one.id)).toEqual([roomId]);
    }
  });

  test("refuses edits, reactions, replies, forwards and restores, too", async () => {
    const [ann, ben, cid] = await three();
    const room_id = await directRoom(ann, ben);
    const elsewhere = await groupRoom(ben, [cid]);
    const { id } = (await trySay(ben, room_id, "before")).body;
    const { id: other } = (await trySay(ben, elsewhere, "bad")).body;
    await block(ann, ben);
    const params = { room_id, message_id: id };
    const tries = [
      attempt("updateMessage", { token: ben.token, params, body: { content: "after" } }),
      attempt("reactToMessage", { token: ben.token, params, body: { emoji: "👎", action: "add" } }),
      attempt("replyToMessage", { token: ben.token, params, body: { content: "after" } }),
      attempt("forwardMessage", {
        token: ben.token,
        params: { room_id: elsewhere, message_id: other },
        body: { room_ids: [room_id] },
      }),
    ];
    for (const answer of await Promise.all(tries)) expect(answer).toMatchObject(refused);
  });

  test("lets neither archive or activate their direct room; the blocked user may delete it", async () => {
    const [ann, ben] = await two();
    const room_id = await directRoom(ann, ben);
    const of = (user: TestUser) => ({ token: user.token, params: { room_id } });
    await block(ann, ben);
    for (const user of [ann, ben]) {
      expect(await attempt("archiveRoom", of(user))).toMatchObject(refused);
      expect(await attempt("activateRoom", of(user))).toMatchObject(refused);
    }
    await unblock(ann, ben);
    expect((await call("archiveRoom", of(ben))).status).toBe("archived");
    await block(ann, ben);
    expect(await attempt("activateRoom", of(ben))).toMatchObject(refused);
    expect((await call("getRoom", of(ann))).status).toBe("archived");
    expect((await attempt("deleteRoom", of(ben))).status).toBe(204);
    expect((await call("listRooms", { token: ann.token })).count).toBe(0);
  });

  test("opens no direct room, new or deleted, either way", async () => {
    const [ann, ben, cid] = await three();
    await block(ann, ben);
    expect(await open(ben, ann)).toMatchObject(notOpened);
    expect(await open(ann, ben)).toMatchObject(notOpened);
    for (const user of [ann, ben]) expect((await call("listRooms", { token: user.token })).count).toBe(0);
    const room_id = await directRoom(ann, cid);
    await call("deleteRoom", { token: cid.token, params: { room_id } });
    await block(ann, cid);
    expect(await open(cid, ann)).toMatchObject(notOpened);
    await unblock(ann, cid);
    expect((await open(cid, ann)).status).toBe(201);
  });

  test("works for contacts and other users, and remains when the contact is deleted", async () => {
    const [ann, ben, cid] = await three();
    await call("createContact", { token: ann.token, body: { user_id: ben.id, nickname: "Benny" } });
    expect((await block(ann, ben)).body).toMatchObject({ nickname: "Benny", is_blocked: true });
    const stranger = await block(ann, cid);
    expect(stranger.body).toMatchObject({ id: cid.id, nickname: null, is_blocked: true });
    expect(stranger.body.contact.email).toBeNull();
    expect(await listed(ann, "false")).toEqual([ben.id]);
    expect((await listed(ann, "true")).sort()).toEqual([ben.id, cid.id].sort());
    await call("deleteContact", { token: ann.token, params: { contact_id: ben.id } });
    expect(await listed(ann, "false")).toEqual([]);
    expect((await listed(ann, "true")).sort()).toEqual([ben.id, cid.id].sort());
    const params = { contact_id: ben.id };
    expect((await call("getContact", { token: ann.token, params })).is_blocked).toBe(true);
    await unblock(ann, ben);
    expect((await attempt("getContact", { token: ann.token, params })).status).toBe(404);
  });

  test("repeats without a change; refuses the caller and an unknown user", async () => {
    const [ann, ben] = await two();
    const [first, ...others] = await Promise.all(Array.from({ length: 6 }, () => block(ann, ben)));
    for (const other of others) expect(other).toMatchObject({ status: 200, body: first?.body });
    expect((await block(ann, ann)).status).toBe(400);
    const unknown = { token: ann.token, params: { contact_id: randomUUID() } };
    expect((await attempt("blockContact", unknown)).status).toBe(404);
    expect((await attempt("unblockContact", unknown)).status).toBe(404);
  });
});

describe("unblockContact", () => {
  test("lets messages pass again once neither blocks the other", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    await Promise.all([block(ann, ben), block(ben, ann)]);
    expect((await unblock(ann, ben)).status).toBe(204);
    for (const user of [ann, ben]) expect(await trySay(user, roomId)).toMatchObject(refused);
    expect((await unblock(ben, ann)).status).toBe(204);
    for (const user of [ann, ben]) expect((await trySay(user, roomId)).status).toBe(201);
    expect((await unblock(ann, ben)).status).toBe(204);
  });

  test("does not lift a block of the other user", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    await block(ann, ben);
    expect((await unblock(ben, ann)).status).toBe(204);
    expect(await trySay(ben, roomId)).toMatchObject(refused);
    expect(await listed(ben, "true")).toEqual([]);
  });
});

describe("two users of a block share rooms:", () => {
  test("messages of a group pass both ways", async () => {
    const [ann, ben] = await two();
    const roomId = await groupRoom(ann, [ben]);
    await block(ann, ben);
    for (const user of [ann, ben]) expect((await trySay(user, roomId)).status).toBe(201);
  });

  test("neither adds the other to a room: they are left out without an error, and the rest are added", async () => {
    const [ann, ben, cid] = await three();
    await block(ann, ben);
    for (const [user, other] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      const made = await attempt("createRoom", {
        token: user.token,
        body: { room_type: "group", participant_ids: [other.id, cid.id] },
      });
      expect(made.status).toBe(201);
      const idsOf = (room: typeof made.body) => room.participants.map((one) => one.id).sort();
      expect(idsOf(made.body)).toEqual([user.id, cid.id].sort());
      const room_id = await groupRoom(user, []);
      const added = await attempt("addParticipants", {
        token: user.token,
        params: { room_id },
        body: { user_ids: [other.id, cid.id] },
      });
      expect(added.status).toBe(200);
      expect(idsOf(added.body)).toEqual([user.id, cid.id].sort());
      const alone = await attempt("addParticipants", {
        token: user.token,
        params: { room_id },
        body: { user_ids: [other.id] },
      });
      expect(alone.status).toBe(200);
      expect((await attempt("getRoom", { token: other.token, params: { room_id } })).status).toBe(403);
    }
    // Another user may still add both to one room.
    const both = await groupRoom(cid, [ann, ben]);
    for (const user of [ann, ben]) expect((await trySay(user, both)).status).toBe(201);
  });

  test("a blocked user joins a public room of the blocker's", async () => {
    const [ann, ben] = await two();
    const { id: room_id } = await call("createRoom", {
      token: ann.token,
      body: { room_type: "public", name: "Everybody" },
    });
    await block(ann, ben);
    await call("joinRoom", { token: ben.token, params: { room_id } });
    expect((await trySay(ben, room_id)).status).toBe(201);
  });
});

describe("concurrent calls:", () => {
  test("a block and the opening of a direct room: no message passes, whichever was first", async () => {
    for (let round = 0; round < 8; round += 1) {
      const [ann, ben] = await two();
      const [blocked, opened] = await Promise.all([block(ann, ben), open(ben, ann)]);
      expect(blocked.status).toBe(200);
      expect([201, 403]).toContain(opened.status);
      if (opened.status === 201) expect(await trySay(ben, opened.body.id)).toMatchObject(refused);
      else expect(await open(ben, ann)).toMatchObject(notOpened);
    }
  });

  test("a block and many messages: a message after the block's answer is refused", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    let isBlocked = false;
    const late: number[] = [];
    const early: number[] = [];
    const chatter = async (): Promise<void> => {
      for (let at = 0; at < 15; at += 1) {
        const after = isBlocked;
        (after ? late : early).push((await trySay(ben, roomId)).status);
      }
    };
    const blocking = block(ann, ben).then(({ status }) => {
      isBlocked = true;
      return status;
    });
    await Promise.all([chatter(), chatter(), chatter(), blocking]);
    expect(await blocking).toBe(200);
    expect(new Set(late)).toEqual(new Set([403]));
    for (const status of early) expect([201, 403]).toContain(status);
    const { count } = await call("listMessages", { token: ann.token, params: { room_id: roomId } });
    expect(count).toBe(early.filter((status) => status === 201).length);
  });

  test("blocks and unblocks of both users leave the last state that each asked for", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    await Promise.all([
      ...Array.from({ length: 4 }, () => block(ann, ben)),
      ...Array.from({ length: 4 }, () => unblock(ann, ben)),
      ...Array.from({ length: 4 }, () => block(ben, ann)),
    ]);
    await unblock(ben, ann);
    const isBlocked = (await listed(ann, "true")).length === 1;
    expect((await trySay(ben, roomId)).status).toBe(isBlocked ? 403 : 201);
    await unblock(ann, ben);
    expect((await trySay(ben, roomId)).status).toBe(201);
  });
});
