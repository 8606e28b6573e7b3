import { expect, test } from "vitest";
import type { ServerEvent } from "../../contract/events.ts";
import { block, unblock } from "../support/blocks.ts";
import { call } from "../support/contract-client.ts";
import { directRoom, groupRoom, newUser, type TestUser, three, two } from "../support/people.ts";
import { connect, type SocketClient, UpgradeRefused } from "../support/socket-client.ts";

function ofType(socket: SocketClient, type: ServerEvent["type"]): ServerEvent[] {
  return socket.events.filter((event) => event.type === type);
}

test("a message over the socket is refused without the reason, and no event names the block", async () => {
  const [ann, ben] = await two();
  const room_id = await directRoom(ann, ben);
  const [anns, bens] = [await connect(ann, { room_id }), await connect(ben, { room_id })];
  await block(ann, ben);
  for (const socket of [anns, bens]) {
    const answer = await socket.request({ type: "message", room_id, content: "hi" });
    expect(answer).toMatchObject({
      type: "error",
      error: { code: "forbidden", detail: "You can't send messages in this room." },
    });
    expect(ofType(socket, "message")).toEqual([]);
  }
  await Promise.all([anns.close(), bens.close()]);
});

test("a blocked user opens no socket for a room with the blocker", async () => {
  const [ann, ben] = await two();
  await block(ann, ben);
  await expect(connect(ben, { user_id: ann.id })).rejects.toBeInstanceOf(UpgradeRefused);
  await unblock(ann, ben);
  await (await connect(ben, { user_id: ann.id })).close();
});

test("typing reaches neither blocker nor blocked user in any room; other members of a group see it", async () => {
  const [ann, ben, cid] = await three();
  const direct = await directRoom(ann, ben);
  const group = await groupRoom(ann, [ben, cid]);
  const sockets = await Promise.all([ann, ben, cid].map((user) => connect(user)));
  const [anns, bens, cids] = sockets;
  if (!anns || !bens || !cids) throw new Error("Three sockets were opened.");
  await block(ann, ben);
  for (const [user, socket] of [
    [ann, anns],
    [ben, bens],
  ] as const) {
    for (const room_id of [direct, group])
      expect(await socket.request({ type: "typing", room_id, is_typing: true })).toMatchObject({
        type: "ack",
      });
    expect((await cids.next("typing")).user_id).toBe(user.id);
  }
  const typingUsers = async (viewer: TestUser) =>
    (await call("listTypingUsers", { token: viewer.token, params: { room_id: group } })).map(
      ({ user }) => user.id,
    );
  expect(await typingUsers(ann)).toEqual([ann.id]);
  expect(await typingUsers(ben)).toEqual([ben.id]);
  expect((await typingUsers(cid)).sort()).toEqual([ann.id, ben.id].sort());
  for (const socket of [anns, bens]) {
    await socket.request({ type: "ping" });
    expect(ofType(socket, "typing")).toEqual([]);
  }
  await Promise.all(sockets.map((socket) => socket.close()));
});

test("a blocked user sees the blocker go offline, and no later presence until the block is lifted", async () => {
  const [ann, ben, cid] = await three();
  const group = await groupRoom(ann, [ben, cid]);
  const [bens, cids] = [await connect(ben), await connect(cid)];
  let anns = await connect(ann);
  const online = await bens.next("presence");
  expect(online).toMatchObject({ user_id: cid.id, is_online: true });
  expect(await bens.next("presence")).toMatchObject({ user_id: ann.id, is_online: true });
  await block(ann, ben);
  expect(await bens.next("presence")).toMatchObject({ user_id: ann.id, is_online: false });
  expect(await anns.next("presence")).toMatchObject({ user_id: ben.id, is_online: false });
  await anns.close();
  await cids.until(
    (events) =>
      events.some((event) => event.type === "presence" && event.user_id === ann.id && !event.is_online),
    "That ann went",
  );
  anns = await connect(ann, { room_id: group });
  expect((await cids.next("user_joined")).user_id).toBe(ann.id);
  await bens.request({ type: "ping" });
  expect(ofType(bens, "presence")).toHaveLength(3);
  expect(ofType(bens, "user_joined")).toEqual([]);
  await unblock(ann, ben);
  expect(await bens.next("presence")).toMatchObject({ user_id: ann.id, is_online: true });
  await Promise.all([anns.close(), bens.close(), cids.close()]);
});

test("strangers learn nothing of each other by a block", async () => {
  const [ann, ben] = await two();
  const [anns, bens] = [await connect(ann), await connect(ben)];
  await block(ann, ben);
  await unblock(ann, ben);
  for (const socket of [anns, bens]) {
    await socket.request({ type: "ping" });
    expect(ofType(socket, "presence")).toEqual([]);
  }
  await Promise.all([anns.close(), bens.close()]);
});

test("a member who joins or changes role is shown as offline to users on either side of a block", async () => {
  const [ann, ben, cid] = await three();
  const dan = await newUser();
  const room_id = await groupRoom(ann, [ben, cid]);
  const sockets = await Promise.all([ann, ben, cid, dan].map((user) => connect(user)));
  const [anns, bens, cids] = sockets;
  if (!anns || !bens || !cids) throw new Error("Four sockets were opened.");
  await block(ann, ben);
  const { updated_at: since } = await block(dan, cid);
  const { token } = ann;
  await call("updateParticipant", { token, params: { room_id, user_id: ben.id }, body: { role: "admin" } });
  await call("addParticipants", { token, params: { room_id }, body: { user_ids: [dan.id] } });
  const shown = async (socket: SocketClient) => {
    const [role, coming] = [
      await socket.next("participants_changed"),
      await socket.next("participants_changed"),
    ];
    return [...role.changed, ...coming.added].map((one) => [one.id, one.is_online, one.last_seen]);
  };
  const [there, away] = [expect.any(String), expect.toSatisfy((seen) => seen === null || seen <= since)];
  expect(await shown(anns)).toEqual([
    [ben.id, false, away],
    [dan.id, true, there],
  ]);
  expect(await shown(bens)).toEqual([
    [ben.id, true, there],
    [dan.id, true, there],
  ]);
  expect(await shown(cids)).toEqual([
    [ben.id, true, there],
    [dan.id, false, away],
  ]);
  await Promise.all(sockets.map((socket) => socket.close()));
});

test("a sender in a group is shown as offline to users on either side of a block, and to no others", async () => {
  const [ann, ben, cid] = await three();
  const room_id = await groupRoom(ann, [ben, cid]);
  const sockets = await Promise.all([ann, ben, cid].map((user) => connect(user)));
  const [anns, bens, cids] = sockets;
  if (!anns || !bens || !cids) throw new Error("Three sockets were opened.");
  const { updated_at: since } = await block(ann, ben);
  const away = expect.toSatisfy((seen) => seen === null || seen <= since);
  for (const [author, other, theirs, others] of [
    [ann, ben, anns, bens],
    [ben, ann, bens, anns],
  ] as const) {
    const body = { content: "Hello" };
    const sent = await call("sendMessage", { token: author.token, params: { room_id }, body });
    const received = (await others.next("message")).message;
    expect(received.sender).toMatchObject({ id: author.id, is_online: false, last_seen: away });
    const history = await call("listMessages", { token: other.token, params: { room_id } });
    expect(history.results.at(-1)?.sender).toEqual(received.sender);
    for (const socket of [theirs, cids])
      expect(await socket.next("message")).toEqual({ type: "message", message: sent });
    expect(sent.sender.is_online).toBe(true);
    const of = { room_id, message_id: sent.id };
    await call("updateMessage", { token: author.token, params: of, body });
    const edited = (await others.next("message_updated")).message;
    expect(edited.sender).toMatchObject({ id: author.id, is_online: false, last_seen: away });
    expect((await cids.next("message_updated")).message.sender.is_online).toBe(true);
    await theirs.next("message_updated");
  }
  await call("updateRoom", { token: ann.token, params: { room_id }, body: { name: "Others" } });
  const shown = async (socket: SocketClient) =>
    (await socket.next("room_updated")).room.participants.map(({ id, is_online }) => [id, is_online]);
  const all = [ann, ben, cid].map(({ id }) => id);
  for (const [socket, hidden] of [
    [anns, ben.id],
    [bens, ann.id],
    [cids, ""],
  ] as const)
    expect(await shown(socket)).toEqual(expect.arrayContaining(all.map((id) => [id, id !== hidden])));
  await Promise.all(sockets.map((socket) => socket.close()));
});

test("receipts of a direct room are not published while one member blocks the other", async () => {
  const [ann, ben] = await two();
  const room_id = await directRoom(ann, ben);
  const say = (content: string) =>
    call("sendMessage", { token: ann.token, params: { room_id }, body: { content } });
  const [first, second, third] = [await say("one"), await say("two"), await say("three")];
  const socket = await connect(ann);
  const { token } = ben;
  const received = (message_id: string) =>
    call("updateMessageStatus", { token, params: { message_id }, body: { status: "delivered" } });
  const read = (message_id: string) => call("markMessageRead", { token, params: { room_id, message_id } });
  await block(ann, ben);
  await received(first.id);
  await read(first.id);
  await call("markRoomRead", { token, params: { room_id }, body: { message_ids: [second.id] } });
  await socket.request({ type: "ping" });
  expect(ofType(socket, "delivered")).toEqual([]);
  expect(ofType(socket, "read_receipt")).toEqual([]);
  await unblock(ann, ben);
  await received(third.id);
  await read(third.id);
  expect(await socket.next("delivered")).toMatchObject({ user_id: ben.id, up_to_seq: 3 });
  expect(await socket.next("read_receipt")).toMatchObject({ user_id: ben.id, up_to_seq: 3 });
  await socket.close();
});
