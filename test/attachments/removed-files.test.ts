import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Message } from "../../contract/objects/message.ts";
import { afterSeconds, emptyQueues, until } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { clearFaults, injectFault } from "../support/control.ts";
import { cutOff } from "../support/faults.ts";
import { createUpload, type NewUpload, putBytes, s3Answer, uploaded } from "../support/files.ts";
import { internals } from "../support/internals.ts";
import { actAsFunction, deleteItemOfFile, itemOfFile, objectsOfRoom } from "../support/operator.ts";
import { directRoom, groupRoom, type TestUser, two } from "../support/people.ts";

/**
 * Seconds: longer than the content of a room is kept after its deletion, and shorter than a URL
 * lives.
 */
const settled = 61;

let ann: TestUser;
let ben: TestUser;

beforeEach(async () => {
  [ann, ben] = await two();
});
afterEach(async () => {
  await clearFaults();
  await emptyQueues();
});

async function sendFile(room_id: string, further: object = {}): Promise<Message> {
  return call("sendMessage", {
    token: ann.token,
    params: { room_id },
    body: { file_id: await uploaded(ann, room_id), content: "Look", ...further },
  });
}

function fileOf(message: Message): string {
  return message.attachments[0]?.file_id ?? "";
}
async function download(message: Message) {
  return s3Answer(await fetch(message.file_attachment ?? ""));
}
const removed = "403 AccessDenied";

async function untilRemoved(message: Message): Promise<void> {
  await until(async () => (await download(message)) === removed, "the object is removed");
  await until(async () => (await itemOfFile(fileOf(message))) === undefined, "the file is forgotten");
}

function remove({ room, id }: Message) {
  return call("deleteMessage", { token: ann.token, params: { room_id: room, message_id: id } });
}

function removeRoom(room_id: string) {
  return call("deleteRoom", { token: ann.token, params: { room_id } });
}

describe("a file is removed", () => {
  test("when its message is deleted, and no other is", async () => {
    const room = await directRoom(ann, ben);
    const [message, other] = [await sendFile(room), await sendFile(room)];
    expect(await download(message)).toBe("200");
    await remove(message);
    await untilRemoved(message);
    const restored = await call("restoreMessage", {
      token: ann.token,
      params: { room_id: room, message_id: message.id },
    });
    expect(restored).toMatchObject({ content: "Look", attachments: [] });
    expect(await download(other)).toBe("200");
    expect(await itemOfFile(fileOf(other))).not.toHaveProperty("expires_at");
  });

  test("in the end if the function ends in the midst of it; the forwarded copy stays", async () => {
    const [room, other] = [await directRoom(ann, ben), await groupRoom(ann, [ben])];
    const message = await sendFile(room);
    const [copy] = (
      await call("forwardMessage", {
        token: ann.token,
        params: { room_id: room, message_id: message.id },
        body: { room_ids: [other] },
      })
    ).results;
    if (!copy) throw new Error("The message was forwarded.");
    await injectFault({ kind: "crash", service: "s3", action: "DeleteObject", function: "tableStream" });
    await remove(message);
    await untilRemoved(message);
    expect(await download(copy)).toBe("200");
  });

  test("when its room is deleted, with the rests of an interrupted send, and no other room's", async () => {
    const [room, other] = [await groupRoom(ann, [ben]), await groupRoom(ann, [ben])];
    const messages = [await sendFile(room), await sendFile(room)];
    const kept = await sendFile(other);
    const halfSent = await uploaded(ann, room);
    const sending = { token: ann.token, params: { room_id: room }, body: { file_id: halfSent } };
    await cutOff(() => attempt("sendMessage", sending), { action: "UpdateItem", sk: "MEMBER#" });
    expect(await objectsOfRoom(room)).toHaveLength(3);

    await removeRoom(room);
    for (const message of messages) expect(await download(message)).toBe("200");
    await afterSeconds(settled);
    for (const message of messages) await untilRemoved(message);
    expect(await objectsOfRoom(room)).toEqual([]);
    expect(await download(kept)).toBe("200");
  });

  test("with a deleted direct room, and not if it was sent after the room was opened again", async () => {
    const room = await directRoom(ann, ben);
    const before = await sendFile(room);
    await removeRoom(room);
    expect(await directRoom(ann, ben)).toBe(room);
    const after = await sendFile(room);
    const unsent = await uploaded(ann, room);
    await afterSeconds(settled);
    await untilRemoved(before);
    expect(await download(after)).toBe("200");
    const sending = { token: ann.token, params: { room_id: room }, body: { file_id: unsent } };
    expect((await attempt("sendMessage", sending)).status).toBe(201);
  });

  test("in several tasks if one has no time for all files", async () => {
    const room = await groupRoom(ann, []);
    const message = await sendFile(room);
    await removeRoom(room);
    await afterSeconds(0);
    await emptyQueues();
    // Runs the task here instead of in its function: 100 seconds of work would be too long for a
    // test.
    actAsFunction();
    const { runTask } = await internals.backgroundTasks();
    await runTask({ task: "remove_room_items", room_id: room }, () => false);
    await untilRemoved(message);
  });
});

/** Returns whether S3 takes an upload a second time: then nothing of the first one is left. */
async function isTakenAgain(upload: NewUpload): Promise<boolean> {
  return (await putBytes(upload)).status === 200;
}

describe("an upload that expires or is deleted", () => {
  test("takes its object with it, and the copy that a refused send made of it", async () => {
    const room = await groupRoom(ann, [ben]);
    const created = await createUpload(ann, room);
    await putBytes(created);
    await injectFault({ kind: "crash", service: "s3", action: "CopyObject" });
    const sending = { token: ann.token, params: { room_id: room }, body: { file_id: created.file_id } };
    expect((await attempt("sendMessage", sending)).status).toBe(500);
    expect(await objectsOfRoom(room)).toHaveLength(1);
    // As DynamoDB does after a day.
    await deleteItemOfFile(created.file_id);
    await until(async () => (await objectsOfRoom(room)).length === 0, "the copy is removed");
    await until(() => isTakenAgain(created), "the upload is removed");
  });

  test("takes its object with it when its uploader deletes it, even if the request ends too early", async () => {
    const upload = await createUpload(ann, await directRoom(ann, ben));
    await putBytes(upload);
    const removal = { token: ann.token, params: { file_id: upload.file_id } };
    const note = { action: "DeleteItem", pk: "FILE#", function: "attachments" };
    await cutOff(() => attempt("deleteUpload", removal), note);
    await until(() => isTakenAgain(upload), "the object is removed");
  });

  test("is restored if a message holds it whose send ended before it was recorded", async () => {
    const room = await directRoom(ann, ben);
    const file_id = await uploaded(ann, room);
    const sending = { token: ann.token, params: { room_id: room }, body: { file_id, content: "Look" } };
    await cutOff(() => attempt("sendMessage", sending), { action: "PutItem", sk: "MSG#" });
    expect(await itemOfFile(file_id)).toHaveProperty("expires_at");
    // As DynamoDB does after a day.
    await deleteItemOfFile(file_id);
    await until(async () => (await itemOfFile(file_id)) !== undefined, "the file is put back");
    expect(await itemOfFile(file_id)).not.toHaveProperty("expires_at");
    const { results } = await call("listMessages", { token: ben.token, params: { room_id: room } });
    expect(results[0] && (await download(results[0]))).toBe("200");
  });
});
