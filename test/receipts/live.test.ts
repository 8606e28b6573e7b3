import { describe, expect, test } from "vitest";
import { eventsOf, messagesOf, roomOf, sayMany } from "../support/marking.ts";
import { say } from "../support/messages.ts";
import { newUsers, pair, trio } from "../support/people.ts";
import { connect, type SocketClient } from "../support/socket-client.ts";

describe("over the socket", () => {
  test("read_receipt marks a message, a list, or all up to a seq", async () => {
    const { ann, ben, roomId } = await pair();
    const ids = await sayMany(ann, roomId, 5);
    const [annSocket, benSocket] = await Promise.all([connect(ann), connect(ben)]);
    const mark = (what: object) => benSocket.request({ type: "read_receipt", room_id: roomId, ...what });
    for (const [what, receipt] of [
      [{ message_id: ids[2] }, { message_ids: [ids[2]], up_to_seq: 0 }],
      [{ message_ids: [ids[0], ids[2]] }, { message_ids: [ids[0]], up_to_seq: 1 }],
      [{ up_to_seq: 2 }, { message_ids: null, up_to_seq: 3 }],
      [{ up_to_seq: 1000 }, { message_ids: null, up_to_seq: 5 }],
    ] as const) {
      expect(await mark(what)).toMatchObject({ type: "ack" });
      expect(await annSocket.next("read_receipt")).toMatchObject({ user_id: ben.id, ...receipt });
    }
    expect((await roomOf(ben, roomId)).unread_count).toBe(0);
    expect(await eventsOf(benSocket, ["read_receipt"])).toEqual([]);
    await Promise.all([annSocket.close(), benSocket.close()]);
  });

  test("the room may be left out on a connection that is limited to a room", async () => {
    const { ann, ben, roomId } = await pair();
    const message = await say(ann, roomId);
    const socket = await connect(ben, { room_id: roomId });
    expect(await socket.request({ type: "read_receipt", message_id: message.id })).toMatchObject({
      type: "ack",
    });
    expect(await socket.request({ type: "delivered", up_to_seq: 1 })).toMatchObject({ type: "ack" });
    expect((await messagesOf(ann, roomId))[0]).toMatchObject({ is_read: true });
    await socket.close();
  });

  test("delivered marks received messages, publishes one event to other members, and never goes back", async () => {
    const { ann, ben, cid, roomId } = await trio();
    await sayMany(ann, roomId, 3);
    const [annSocket, benSocket] = await Promise.all([connect(ann), connect(ben)]);
    const deliver = (upTo: number) =>
      benSocket.request({ type: "delivered", room_id: roomId, up_to_seq: upTo });
    for (const upTo of [2, 2, 1, 1000]) expect(await deliver(upTo)).toMatchObject({ type: "ack" });
    const published = (await eventsOf(annSocket, ["delivered"])).map((event) =>
      event.type === "delivered" ? [event.user_id, event.up_to_seq] : [],
    );
    expect(published).toEqual([
      [ben.id, 2],
      [ben.id, 3],
    ]);
    expect(await eventsOf(benSocket, ["delivered"])).toEqual([]);
    expect((await messagesOf(ann, roomId)).map((message) => message.status)).toEqual(
      Array(3).fill("delivered"),
    );
    expect((await messagesOf(cid, roomId)).map((message) => message.status)).toEqual(Array(3).fill("sent"));
    expect((await roomOf(ben, roomId)).unread_count).toBe(3);
    await Promise.all([annSocket.close(), benSocket.close()]);
  });

  test("an invalid frame gets its error", async () => {
    const { ann, ben, roomId } = await pair();
    await say(ann, roomId);
    const [eve] = await newUsers(1);
    if (!eve) throw new Error("no user");
    const [socket, foreign] = await Promise.all([connect(ben), connect(eve)]);
    const codeOf = async (client: SocketClient, frame: Parameters<SocketClient["request"]>[0]) => {
      const answer = await client.request(frame);
      return answer.type === "error" ? answer.error.code : "ack";
    };
    const receipt = { type: "read_receipt", room_id: roomId } as const;
    expect(await codeOf(socket, receipt)).toBe("invalid_input");
    expect(await codeOf(socket, { ...receipt, up_to_seq: 1, message_id: `${roomId}-1` })).toBe(
      "invalid_input",
    );
    expect(await codeOf(socket, { ...receipt, up_to_seq: -1 })).toBe("invalid_input");
    expect(await codeOf(socket, { type: "read_receipt", up_to_seq: 1 })).toBe("invalid_input");
    expect(await codeOf(socket, { ...receipt, message_id: `${roomId}-2` })).toBe("not_found");
    expect(await codeOf(socket, { type: "delivered", room_id: roomId })).toBe("invalid_input");
    expect(await codeOf(foreign, { ...receipt, up_to_seq: 1 })).toBe("forbidden");
    expect(await codeOf(foreign, { type: "delivered", room_id: roomId, up_to_seq: 1 })).toBe("forbidden");
    expect((await roomOf(ben, roomId)).unread_count).toBe(1);
    await Promise.all([socket.close(), foreign.close()]);
  });
});
