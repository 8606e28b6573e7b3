import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Message } from "../../contract/objects/message.ts";
import {
  removeFileOfMessage,
  removeFilesOfRoom,
  reviewDeletedFile,
} from "../../functions/actions/remove-files.ts";
import { deleteFileOf, deleteUnboundFile, getFile } from "../../functions/data/files.ts";
import { attempt, call } from "../support/contract-client.ts";
import { createUpload, putBytes, s3Answer, uploaded } from "../support/files.ts";
import { directRoom, groupRoom, newUsers, type TestUser } from "../support/people.ts";

let ann: TestUser;
let ben: TestUser;

/** The actions run here as they do in a function, against the runner's own services, with the key that may do all. */
beforeAll(async () => {
  const [one, other] = await newUsers(2);
  if (!one || !other) throw new Error("Two users were asked for.");
  const { upload } = await createUpload(one, await directRoom(one, other));
  const { origin, pathname } = new URL(upload.url);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local-admin");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", origin);
  vi.stubEnv("AWS_ENDPOINT_URL_S3", origin);
  vi.stubEnv("BUCKET_NAME", pathname.split("/")[1] ?? "");
  const { TableNames } = await new DynamoDBClient().send(new ListTablesCommand());
  vi.stubEnv("TABLE_NAME", TableNames?.[0] ?? "");
});
afterAll(() => vi.unstubAllEnvs());

beforeEach(async () => {
  const [one, other] = await newUsers(2);
  if (!one || !other) throw new Error("Two users were asked for.");
  [ann, ben] = [one, other];
});

const sendFile = async (room_id: string): Promise<Message> =>
  call("sendMessage", {
    token: ann.token,
    params: { room_id },
    body: { file_id: await uploaded(ann, room_id), content: "Look" },
  });

const fileOf = (message: Message): string => message.attachments[0]?.file_id ?? "";
const download = async (message: Message) => s3Answer(await fetch(message.file_attachment ?? ""));
const gone = "403 AccessDenied";

describe("removeFileOfMessage", () => {
  test("removes the file of a deleted message, however often, and of no other", async () => {
    const room = await directRoom(ann, ben);
    const [message, other] = [await sendFile(room), await sendFile(room)];
    await removeFileOfMessage(room, message.seq, fileOf(message));
    expect(await download(message)).toBe("200");
    await call("deleteMessage", { token: ann.token, params: { room_id: room, message_id: message.id } });
    for (let time = 0; time < 2; time += 1) await removeFileOfMessage(room, message.seq, fileOf(message));
    expect(await download(message)).toBe(gone);
    expect(await getFile(fileOf(message))).toBeUndefined();
    expect(await download(other)).toBe("200");
  });
});

describe("reviewDeletedFile", () => {
  test("removes what was uploaded and never sent, and its copy", async () => {
    const room = await directRoom(ann, ben);
    const created = await createUpload(ann, room);
    await putBytes(created);
    const file = await getFile(created.file_id);
    if (!file) throw new Error("The file was just made.");
    await deleteUnboundFile(file.id);
    await reviewDeletedFile(file);
    // S3 takes it again, so there is nothing.
    expect((await putBytes(created)).status).toBe(200);
  });

  test("puts back the file of a message whose send ended before it could keep it", async () => {
    const room = await directRoom(ann, ben);
    const message = await sendFile(room);
    const file = await getFile(fileOf(message));
    if (!file) throw new Error("The file was just sent.");
    await deleteFileOf(file.id, message.seq);
    await reviewDeletedFile({ ...file, expiresAt: 1 });
    expect(await download(message)).toBe("200");
    const shown = await call("getUpload", { token: ben.token, params: { file_id: file.id } });
    expect(shown).toMatchObject({ status: "attached", expires_at: null });
  });
});

describe("removeFilesOfRoom", () => {
  test("removes those of a deleted room, and of no other", async () => {
    const [room, other] = [await groupRoom(ann, [ben]), await groupRoom(ann, [ben])];
    const messages = [await sendFile(room), await sendFile(room)];
    const kept = await sendFile(other);
    await removeFilesOfRoom(room);
    for (const message of messages) expect(await download(message)).toBe("200");
    await call("deleteRoom", { token: ann.token, params: { room_id: room } });
    for (let time = 0; time < 2; time += 1) await removeFilesOfRoom(room);
    for (const message of messages) {
      expect(await download(message)).toBe(gone);
      expect(await getFile(fileOf(message))).toBeUndefined();
    }
    expect(await download(kept)).toBe("200");
  });

  test("keeps what was sent after a direct room was opened again", async () => {
    const room = await directRoom(ann, ben);
    const before = await sendFile(room);
    await call("deleteRoom", { token: ann.token, params: { room_id: room } });
    expect(await directRoom(ann, ben)).toBe(room);
    const after = await sendFile(room);
    const unsent = await uploaded(ann, room);
    await removeFilesOfRoom(room);
    expect(await download(before)).toBe(gone);
    expect(await download(after)).toBe("200");
    const send = { token: ann.token, params: { room_id: room }, body: { file_id: unsent } };
    expect((await attempt("sendMessage", send)).status).toBe(201);
  });
});
