import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { advanceClock } from "../support/control.ts";
import { eventsOf } from "../support/marking.ts";
import { say } from "../support/messages.ts";
import { directRoom, groupRoom, newUser, newUsers, type TestUser, three, two } from "../support/people.ts";
import { invalid } from "../support/refusals.ts";
import { connect } from "../support/socket-client.ts";

describe("openDirectRoom", () => {
  test("creates the room once, whoever opens it", async () => {
    const [ann, ben] = await Promise.all([newUser("ann"), newUser("ben")]);
    const first = await attempt("openDirectRoom", { token: ann.token, body: { user_id: ben.id } });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      room_type: "direct",
      name: null,
      unread_count: 0,
      last_message: null,
      other_user: { id: ben.id, email: ben.email },
      me: { role: "member", read_seq: 0 },
    });
    const second = await attempt("openDirectRoom", { token: ben.token, body: { user_id: ann.id } });
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({ id: first.body.id, other_user: { id: ann.id } });
  });

  for (const [what, age] of [
    ["a member has sent a message", (user: TestUser, roomId: string) => say(user, roomId)],
    ["it is a minute old", () => advanceClock(61_000)],
  ] as const)
    test(`publishes the room to both again until ${what}: the first call may have been cut off`, async () => {
      const [ann, ben] = await Promise.all([newUser("ann"), newUser("ben")]);
      const socket = await connect(ben);
      const roomId = await directRoom(ann, ben);
      await directRoom(ann, ben);
      for (let at = 0; at < 2; at += 1) expect((await socket.next("room_created")).room.id).toBe(roomId);
      await age(ann, roomId);
      await directRoom(ann, ben);
      expect(await eventsOf(socket, ["room_created"])).toHaveLength(2);
      await socket.close();
    });

  test("creates one room by 20 concurrent calls", async () => {
    const [ann, ben] = await Promise.all([newUser("ann"), newUser("ben")]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => {
        const [from, to] = at % 2 === 0 ? [ann, ben] : [ben, ann];
        return attempt("openDirectRoom", { token: from.token, body: { user_id: to.id } });
      }),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const user of [ann, ben]) expect((await call("listRooms", { token: user.token })).count).toBe(1);
  });

  test("begins anew after a deletion, with or without messages: nothing is muted", async () => {
    const [ann, ben] = await Promise.all([newUser("ann"), newUser("ben")]);
    const params = { room_id: await directRoom(ann, ben) };
    for (const content of [undefined, "Hello"]) {
      if (content) await call("sendMessage", { token: ann.token, params, body: { content } });
      const mute = { enabled: false, muted_until: "2999-01-01T00:00:00Z" };
      await call("updateNotifications", { token: ben.token, params, body: mute });
      await call("deleteRoom", { token: ann.token, params });
      await directRoom(ann, ben);
      const { me } = await call("getRoom", { token: ben.token, params });
      expect(me).toMatchObject({ notifications: true, muted_until: null });
    }
  });

  test("refuses the caller and an unknown user", async () => {
    const ann = await newUser("ann");
    const self = await attempt("openDirectRoom", { token: ann.token, body: { user_id: ann.id } });
    expect(self).toMatchObject(invalid("user_id"));
    const unknown = await attempt("openDirectRoom", { token: ann.token, body: { user_id: randomUUID() } });
    expect(unknown).toMatchObject({ status: 404, body: { detail: "User not found" } });
  });
});

describe("createRoom", () => {
  test("makes the creator its admin and publishes to the other connected members", async () => {
    const [ann, ben, cid] = await three();
    const socket = await connect(ben);
    const room = await call("createRoom", {
      token: ann.token,
      body: {
        room_type: "project",
        name: " Alpha ",
        participant_ids: [ben.id, cid.id, ben.id, ann.id],
        description: "The topic",
        tags: ["one", "two", " one "],
      },
    });
    expect(room).toMatchObject({
      name: "Alpha",
      room_type: "project",
      description: "The topic",
      tags: ["one", "two"],
      status: "active",
      participant_count: 3,
      created_by: { id: ann.id },
      other_user: null,
      me: { role: "admin" },
    });
    expect(room.participants.map(({ id, room_role }) => [id, room_role])).toEqual([
      [ann.id, "admin"],
      ...[ben.id, cid.id].sort().map((id) => [id, "member"]),
    ]);
    const { room: published } = await socket.next("room_created");
    expect(published).toEqual({ ...room, me: { ...room.me, role: "member" } });
    expect(await call("getRoom", { token: ben.token, params: { room_id: room.id } })).toMatchObject({
      id: room.id,
      me: { role: "member" },
    });
    await socket.close();
  });

  test("repeats safely with an Idempotency-Key, for its own user alone", async () => {
    const [ann, ben] = await two();
    const headers = { "idempotency-key": "key-1" };
    const body = { room_type: "group", name: "Once", participant_ids: [ben.id] };
    const first = await attempt("createRoom", { token: ann.token, headers, body });
    const again = await attempt("createRoom", { token: ann.token, headers, body });
    const others = await attempt("createRoom", {
      token: ben.token,
      headers,
      body: { ...body, participant_ids: [] },
    });
    expect([first.status, again.status, others.status]).toEqual([201, 200, 201]);
    expect(again.body.id).toBe(first.body.id);
    expect(others.body.id).not.toBe(first.body.id);

    // A deleted room is not restored by a repeat, nor replaced.
    await call("deleteRoom", { token: ann.token, params: { room_id: first.body.id } });
    expect(await attempt("createRoom", { token: ann.token, headers, body })).toMatchObject({
      status: 409,
      body: { code: "conflict", detail: expect.stringContaining("use another key") },
    });
  });

  test("opens the direct room with room_type direct", async () => {
    const [ann, ben, cid] = await three();
    const body = { room_type: "direct", participant_ids: [ben.id] };
    const first = await attempt("createRoom", { token: ann.token, body });
    expect(first.status).toBe(201);
    expect(await directRoom(ben, ann)).toBe(first.body.id);
    const ofThree = await attempt("createRoom", {
      token: ann.token,
      body: { ...body, participant_ids: [ben.id, cid.id] },
    });
    expect(ofThree).toMatchObject(invalid("participant_ids"));
  });

  test("names all problems of a body", async () => {
    const ann = await newUser("ann");
    const unknown = await attempt("createRoom", {
      token: ann.token,
      body: { room_type: "group", participant_ids: [ann.id, randomUUID()] },
    });
    expect(unknown).toMatchObject(invalid("participant_ids.1"));
    const bad = await attempt("createRoom", {
      token: ann.token,
      body: { room_type: "secret", name: "n".repeat(101), tags: [""], participant_ids: "me" },
    });
    expect(bad.problem.errors?.map((error) => error.path).sort()).toEqual([
      "name",
      "participant_ids",
      "room_type",
      "tags.0",
    ]);
  });

  test("creates rooms of more users than one transaction writes", async () => {
    const people = await newUsers(12);
    const [ann] = people;
    if (!ann) throw new Error("no users");
    const room = await call("createRoom", {
      token: ann.token,
      body: { room_type: "group", participant_ids: people.map((one) => one.id) },
    });
    expect(room.participant_count).toBe(12);
  });
});

describe("getRoom and listRooms", () => {
  test("answer alike for a room that the caller is not in and one that does not exist", async () => {
    const [ann, ben, cid] = await three();
    const roomId = await directRoom(ann, ben);
    const theirs = await attempt("getRoom", { token: cid.token, params: { room_id: roomId } });
    const none = await attempt("getRoom", { token: cid.token, params: { room_id: randomUUID() } });
    const odd = await attempt("getRoom", { token: cid.token, params: { room_id: "ROOM#x" } });
    for (const { status, body } of [theirs, none, odd]) {
      expect(status).toBe(403);
      expect(body).toMatchObject({ code: "forbidden", detail: "You don't have access to this room" });
    }
  });

  test("list rooms by activity, with the last message and the unread count", async () => {
    const [ann, ben, cid] = await three();
    const withBen = await directRoom(ann, ben);
    const group = await groupRoom(ann, [ben, cid]);
    await call("sendMessage", { token: ann.token, params: { room_id: group }, body: { content: "first" } });
    await call("sendMessage", { token: ben.token, params: { room_id: withBen }, body: { content: "one" } });
    await call("sendMessage", { token: ben.token, params: { room_id: withBen }, body: { content: "two" } });

    const list = await call("listRooms", { token: ann.token });
    expect(list.results.map((room) => room.id)).toEqual([withBen, group]);
    expect(list.results[0]).toMatchObject({
      unread_count: 2,
      last_message: { content: "two", seq: 2, sender: { id: ben.id }, is_read: false },
    });
    expect(list.results[1]).toMatchObject({
      unread_count: 0,
      last_message: { content: "first", is_read: false },
    });
    for (const room of list.results)
      expect(await call("getRoom", { token: ann.token, params: { room_id: room.id } })).toEqual(room);
  });

  test("shorten a long last message, and never cut inside a character", async () => {
    const [ann, ben] = await two();
    const roomId = await directRoom(ann, ben);
    const content = "🙂".repeat(200);
    await call("sendMessage", { token: ann.token, params: { room_id: roomId }, body: { content } });
    const room = await call("getRoom", { token: ben.token, params: { room_id: roomId } });
    expect(content.startsWith(room.last_message?.content ?? "-")).toBe(true);
    expect([...(room.last_message?.content ?? "")].length).toBeLessThanOrEqual(160);
    const page = await call("listMessages", { token: ben.token, params: { room_id: roomId } });
    expect(page.results[0]?.content).toBe(content);
  });

  test("show the sender's e-mail address to members of the room, in a list of large rooms too", async () => {
    const people = await newUsers(23);
    const [ann] = people;
    if (!ann) throw new Error("no users");
    const roomId = await groupRoom(ann, people.slice(1));
    const room = await call("getRoom", { token: ann.token, params: { room_id: roomId } });
    const last = people.find((one) => one.id === room.participants.at(-1)?.id);
    await call("sendMessage", {
      token: last?.token,
      params: { room_id: roomId },
      body: { content: "From the back row" },
    });
    const { results } = await call("listRooms", { token: ann.token });
    expect(results[0]?.participants.some((one) => one.id === last?.id)).toBe(false);
    expect(results[0]?.last_message?.sender.email).toBe(last?.email);
  });

  test("show a public room to any user, without e-mail addresses if the user is no member", async () => {
    const [ann, ben] = await two();
    const { id } = await call("createRoom", {
      token: ann.token,
      body: { room_type: "public", name: "Square" },
    });
    await call("sendMessage", { token: ann.token, params: { room_id: id }, body: { content: "Welcome" } });
    const room = await call("getRoom", { token: ben.token, params: { room_id: id } });
    expect(room).toMatchObject({ me: null, unread_count: 0, participants: [{ id: ann.id, email: null }] });
    const page = await call("listMessages", { token: ben.token, params: { room_id: id } });
    expect(page.results).toMatchObject([{ content: "Welcome", sender: { email: null } }]);
    const sending = await attempt("sendMessage", {
      token: ben.token,
      params: { room_id: id },
      body: { content: "Hi" },
    });
    expect(sending.status).toBe(403);
  });
});
