import { describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { about, edit, groupWithStranger, list, say, statusOf } from "../support/messages.ts";
import { directRoom } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

describe("deleteMessage and restoreMessage", () => {
  test("a deleted message keeps its place without its content; restored it is as before", async () => {
    const { ann, ben, roomId } = await groupWithStranger();
    const socket = await connect(ann);
    const said = await say(ben, roomId, "Oops", { metadata: { a: 1 } });
    const other = await say(ben, roomId, "Next", { reply_to: said.id });
    await call("reactToMessage", about(ann, said, { body: { emoji: "👍" } }));
    await edit(ben, said, "Ooops");
    await call("pinMessage", about(ann, said));
    await call("deleteMessage", about(ben, said));
    expect(await socket.next("message_deleted")).toEqual({
      type: "message_deleted",
      room_id: roomId,
      message_id: said.id,
      seq: said.seq,
      rev: 4,
    });
    const deleted = await call("getMessage", about(ann, said));
    expect(deleted).toMatchObject({
      id: said.id,
      seq: 1,
      content: "",
      metadata: null,
      reactions: {},
      is_deleted: true,
      pinned: false,
      sender: { id: ben.id },
    });
    expect((await list(ann, roomId)).results).toEqual([deleted, await call("getMessage", about(ann, other))]);
    expect((await call("listMessageHistory", about(ben, said))).results).toEqual([]);
    expect((await call("listPins", { token: ann.token, params: { room_id: roomId } })).results).toEqual([]);
    for (const [id, body] of [
      ["updateMessage", { content: "x" }],
      ["reactToMessage", { emoji: "👍" }],
      ["pinMessage", undefined],
      ["forwardMessage", { room_ids: [roomId] }],
    ] as const)
      expect(await statusOf(id, about(id === "pinMessage" ? ann : ben, said, { body }))).toBe(409);

    const restored = await call("restoreMessage", about(ben, said));
    expect(restored).toMatchObject({
      content: "Ooops",
      metadata: { a: 1 },
      reactions: { "👍": [ann.id] },
      is_deleted: false,
      is_edited: true,
      pinned: false,
    });
    await socket.until(
      (events) => events.some((event) => event.type === "message_updated" && event.message.rev === 5),
      "The restored message",
    );
    await socket.close();
  });

  test("a deleted last message is shown as deleted in the room, and again when it is restored", async () => {
    const { ann, ben, roomId } = await groupWithStranger();
    const said = await say(ben, roomId, "Oops");
    const last = async () =>
      (await call("getRoom", { token: ann.token, params: { room_id: roomId } })).last_message;
    await call("deleteMessage", about(ben, said));
    expect(await last()).toMatchObject({ id: said.id, content: "", is_deleted: true });
    await call("restoreMessage", about(ben, said));
    expect(await last()).toMatchObject({ id: said.id, content: "Oops", is_deleted: false });
  });

  test("a second deletion, and the restoration of a message that is not deleted, change nothing", async () => {
    const { ben, roomId } = await groupWithStranger();
    const said = await say(ben, roomId, "Oops");
    expect(await call("restoreMessage", about(ben, said))).toEqual(said);
    await call("deleteMessage", about(ben, said));
    await call("deleteMessage", about(ben, said));
    expect(await call("getMessage", about(ben, said))).toMatchObject({ is_deleted: true });
  });

  test("the author may delete, and an admin of a group", async () => {
    const { ann, ben, cid, eve, roomId } = await groupWithStranger();
    const said = await say(ben, roomId, "mine");
    expect(await statusOf("deleteMessage", about(cid, said))).toBe(403);
    expect(await statusOf("deleteMessage", about(eve, said))).toBe(403);
    await call("deleteMessage", about(ann, said));
    // The author may not restore a message that an admin deleted.
    expect(await statusOf("restoreMessage", about(ben, said))).toBe(403);
    const { problem } = await attempt("restoreMessage", about(cid, said));
    expect(problem.detail).toBe("Only its author and the room's admins can restore a message.");
    expect(await call("restoreMessage", about(ann, said))).toMatchObject({ content: "mine" });
    expect(await statusOf("deleteMessage", about(ben, { id: `${roomId}-9`, room: roomId }))).toBe(404);
    expect(await statusOf("restoreMessage", about(ben, { id: `${roomId}-9`, room: roomId }))).toBe(404);
  });

  test("an admin's deletion remains if the author had deleted the message before", async () => {
    const { ann, ben, roomId } = await groupWithStranger();
    const said = await say(ben, roomId, "abuse");
    await call("deleteMessage", about(ben, said));
    await call("deleteMessage", about(ann, said));
    expect(await statusOf("restoreMessage", about(ben, said))).toBe(403);
    // The author's deletion does not replace the admin's.
    await call("deleteMessage", about(ben, said));
    expect(await statusOf("restoreMessage", about(ben, said))).toBe(403);
    expect(await call("restoreMessage", about(ann, said))).toMatchObject({ content: "abuse" });
  });

  test("in a direct room only the author deletes", async () => {
    const { ann, ben } = await groupWithStranger();
    const roomId = await directRoom(ann, ben);
    const said = await say(ben, roomId, "between us");
    expect(await statusOf("deleteMessage", about(ann, said))).toBe(403);
    await call("deleteMessage", about(ben, said));
  });
});
