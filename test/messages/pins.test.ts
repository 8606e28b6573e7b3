import { describe, expect, test } from "vitest";
import type { Message } from "../../contract/objects/message.ts";
import { call } from "../support/contract-client.ts";
import { about, groupWithStranger, say, statusOf } from "../support/messages.ts";
import { connect } from "../support/socket-client.ts";

describe("pinMessage, unpinMessage and listPins", () => {
  test("pinned messages are listed, and all members get an event", async () => {
    const { ann, ben, roomId } = await groupWithStranger();
    const socket = await connect(ben);
    const messages: Message[] = [];
    for (const text of ["one", "two", "three"]) messages.push(await say(ann, roomId, text));
    const [one, two, three] = messages;
    if (!one || !two || !three) throw new Error("no messages");
    expect(await call("pinMessage", about(ann, three))).toMatchObject({ pinned: true, rev: 1 });
    expect((await socket.next("message_updated")).message).toMatchObject({ id: three.id, pinned: true });
    await call("pinMessage", about(ben, one));
    await call("pinMessage", about(ann, two));
    const pins = async (query = {}) =>
      call("listPins", { token: ben.token, params: { room_id: roomId }, query });
    const seqs = async (query = {}) => (await pins(query)).results.map((message) => message.seq);
    expect(await seqs()).toEqual([1, 2, 3]);
    expect((await pins()).results[0]).toEqual(await call("getMessage", about(ben, one)));
    expect(await seqs({ page_size: 2 })).toEqual([2, 3]);
    expect(await seqs({ page_size: 2, page: 2 })).toEqual([1]);
    await call("unpinMessage", about(ben, two));
    await call("unpinMessage", about(ben, two));
    expect(await seqs()).toEqual([1, 3]);
    expect(await pins()).toMatchObject({ count: 2, next: null });
    expect(await call("getMessage", about(ben, two))).toMatchObject({ pinned: false });
    await socket.close();
  });

  test("pinning requires the permission, and a message of the room", async () => {
    const { ann, ben, eve, roomId } = await groupWithStranger();
    const said = await say(ann, roomId, "one");
    const unknown = { id: `${roomId}-9`, room: roomId };
    for (const id of ["pinMessage", "unpinMessage"] as const) {
      expect(await statusOf(id, about(eve, said))).toBe(403);
      expect(await statusOf(id, about(ben, unknown))).toBe(404);
    }
    expect(await statusOf("listPins", { token: eve.token, params: { room_id: roomId } })).toBe(403);
  });
});
