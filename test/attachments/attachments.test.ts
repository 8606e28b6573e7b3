import { beforeAll, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { createUpload, png, pngUpload, putBytes, s3Answer, uploaded } from "../support/files.ts";
import { directRoom, groupRoom, newUser, type TestUser, two } from "../support/people.ts";
import { connect } from "../support/socket-client.ts";

let ann: TestUser;
let ben: TestUser;
let roomId: string;

beforeAll(async () => {
  [ann, ben] = await two();
  roomId = await directRoom(ann, ben);
});

function send(user: TestUser, body: Record<string, unknown>, room = roomId) {
  return attempt("sendMessage", { token: user.token, params: { room_id: room }, body });
}

function getUpload(user: TestUser, fileId: string) {
  return attempt("getUpload", { token: user.token, params: { file_id: fileId } });
}

describe("a picture", () => {
  test("is uploaded, sent, shown to the other member, and downloaded with the same bytes", async () => {
    const socket = await connect(ben);
    const created = await createUpload(ann, roomId, { width: 1, height: 1, file_name: 'My "dot" Ü.png' });
    expect(created).toMatchObject({
      upload: { method: "PUT", headers: { "content-type": "image/png", "if-none-match": "*" } },
      expires_in: 900,
    });
    expect((await putBytes(created)).status).toBe(200);
    expect(await getUpload(ann, created.file_id)).toMatchObject({
      status: 200,
      body: { status: "pending", url: null, message_id: null, kind: "image", width: 1 },
    });

    const sent = await send(ann, { file_id: created.file_id });
    expect(sent).toMatchObject({
      status: 201,
      body: {
        content: "",
        message_type: "image",
        file_name: 'My "dot" Ü.png',
        file_size: png.length,
        media_type: "image/png",
        attachments: [{ file_id: created.file_id, width: 1, height: 1, duration: null }],
      },
    });
    expect((await socket.next("message")).message.attachments).toHaveLength(1);
    await socket.close();

    const page = await call("listMessages", { token: ben.token, params: { room_id: roomId } });
    const seen = page.results.at(-1);
    expect(seen?.file_attachment).toBe(seen?.attachments[0]?.url);
    const response = await fetch(seen?.file_attachment ?? "");
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(response.headers.get("content-disposition")).toBe(
      "inline; filename=\"My _dot_ _.png\"; filename*=UTF-8''My%20%22dot%22%20%C3%9C.png",
    );
    expect(await getUpload(ben, created.file_id)).toMatchObject({
      status: 200,
      body: { status: "attached", message_id: sent.body.id, expires_at: null },
    });
  });

  test("is stored and served without headers that the URL did not sign", async () => {
    const created = await createUpload(ann, roomId);
    const unsigned = {
      "content-encoding": "br",
      "content-language": "xx",
      "cache-control": "public, max-age=31536000",
      expires: "Fri, 01 Jan 2100 00:00:00 GMT",
      "content-disposition": "attachment; filename=x.exe",
    };
    expect((await putBytes(created, png, unsigned)).status).toBe(200);
    const { body } = await send(ann, { file_id: created.file_id });
    const response = await fetch(body.file_attachment ?? "");
    expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true);
    expect(response.headers.get("content-type")).toBe("image/png");
    expect(response.headers.get("content-disposition")).toMatch(/^inline; filename="dot\.png"/);
    for (const name of ["content-encoding", "content-language", "cache-control", "expires"])
      expect([name, response.headers.get(name)]).toEqual([name, null]);
    // A file that is already attached is copied in the same way.
    const params = { room_id: roomId, message_id: body.id };
    const room_ids = [await groupRoom(ann, [ben])];
    const { results } = await call("forwardMessage", { token: ann.token, params, body: { room_ids } });
    const copy = await fetch(results[0]?.file_attachment ?? "");
    expect([copy.status, copy.headers.get("content-type")]).toEqual([200, "image/png"]);
  });

  test("is the room's last message, by its type", async () => {
    const room = await groupRoom(ann, [ben]);
    await send(ann, { file_id: await uploaded(ann, room) }, room);
    expect(
      (await call("getRoom", { token: ben.token, params: { room_id: room } })).last_message,
    ).toMatchObject({
      content: "",
      message_type: "image",
    });
  });

  test("is sent over the socket, and as a reply", async () => {
    const socket = await connect(ann);
    const file_id = await uploaded(ann, roomId);
    const ack = await socket.request({ type: "message", room_id: roomId, file_id });
    expect(ack).toMatchObject({ type: "ack", message: { message_type: "image", file_name: "dot.png" } });
    const refused = await socket.request({ type: "message", room_id: roomId, file_id });
    expect(refused).toMatchObject({ type: "error", error: { code: "conflict" } });
    await socket.close();
    const parent = await send(ann, { content: "Look" });
    const reply = await call("replyToMessage", {
      token: ann.token,
      params: { room_id: roomId, message_id: parent.body.id },
      body: { file_id: await uploaded(ann, roomId), message_type: "image" },
    });
    expect(reply).toMatchObject({ reply_to: parent.body.id, attachments: [{ file_name: "dot.png" }] });
  });

  test("sent as a file is a file, and a text is saved and not shown", async () => {
    const picture = await uploaded(ann, roomId, png, {}, "file");
    expect((await send(ann, { file_id: picture })).body.message_type).toBe("file");
    const text = Buffer.from("id;name\n1;Jürgen\n");
    const csv = await uploaded(
      ann,
      roomId,
      text,
      { media_type: "text/csv", file_name: "people.csv" },
      "file",
    );
    const sent = await send(ann, { file_id: csv, content: "The list" });
    expect(sent.body).toMatchObject({ content: "The list", message_type: "file", media_type: "text/csv" });
    const { headers } = await fetch(sent.body.file_attachment ?? "");
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(headers.get("content-disposition")).toMatch(/^attachment; filename="people\.csv"/);
  });
});

describe("access to a file", () => {
  test("before it is sent, only its uploader sees it", async () => {
    const file = await uploaded(ann, roomId);
    expect((await getUpload(ben, file)).status).toBe(404);
    expect((await getUpload(ann, "no-such-file")).status).toBe(404);
  });

  test("after it is sent, only the members of the room see it", async () => {
    const room = await groupRoom(ann, [ben]);
    const file = await uploaded(ann, room);
    await send(ann, { file_id: file }, room);
    const stranger = await newUser();
    expect((await getUpload(stranger, file)).status).toBe(404);
    const shown = await getUpload(ben, file);
    expect((await fetch(shown.body.url ?? "")).status).toBe(200);
    await call("removeParticipant", { token: ann.token, params: { room_id: room, user_id: ben.id } });
    expect((await getUpload(ben, file)).status).toBe(404);
  });

  test("after its message is deleted, no user sees it, and it is not restored", async () => {
    const ids = { room_id: roomId, message_id: "" };
    const withText = await send(ann, { file_id: await uploaded(ann, roomId), content: "Words" });
    const withoutText = await send(ann, { file_id: await uploaded(ann, roomId) });
    for (const { body } of [withText, withoutText]) {
      await call("deleteMessage", { token: ann.token, params: { ...ids, message_id: body.id } });
      const shown = await call("getMessage", { token: ben.token, params: { ...ids, message_id: body.id } });
      expect(shown).toMatchObject({
        is_deleted: true,
        file_attachment: null,
        file_name: null,
        attachments: [],
      });
      for (const user of [ann, ben])
        expect((await getUpload(user, body.attachments[0]?.file_id ?? "")).status).toBe(404);
    }
    const restore = (id: string) =>
      attempt("restoreMessage", { token: ann.token, params: { ...ids, message_id: id } });
    expect(await restore(withText.body.id)).toMatchObject({
      status: 200,
      body: { content: "Words", attachments: [], file_attachment: null },
    });
    expect(await restore(withoutText.body.id)).toMatchObject({ status: 409 });
  });
});

describe("an upload that is not sent", () => {
  const remove = (user: TestUser, fileId: string) =>
    attempt("deleteUpload", { token: user.token, params: { file_id: fileId } });

  test("is deleted by its uploader, with its bytes", async () => {
    const created = await createUpload(ann, roomId);
    await putBytes(created);
    expect((await remove(ben, created.file_id)).status).toBe(404);
    expect((await remove(ann, created.file_id)).status).toBe(204);
    expect((await remove(ann, created.file_id)).status).toBe(404);
    expect((await getUpload(ann, created.file_id)).status).toBe(404);
    expect((await send(ann, { file_id: created.file_id })).status).toBe(404);
    // The place is free, because the bytes are deleted.
    expect((await putBytes(created)).status).toBe(200);
  });

  test("is not deleted once it is in a message", async () => {
    const file = await uploaded(ann, roomId);
    await send(ann, { file_id: file });
    expect((await remove(ann, file)).status).toBe(409);
  });
});

describe("forwarding", () => {
  test("gives each room a file of its own", async () => {
    const target = await groupRoom(ann, [await newUser()]);
    const source = await send(ann, { file_id: await uploaded(ann, roomId), content: "Look" });
    const params = { room_id: roomId, message_id: source.body.id };
    const body = { room_ids: [target], client_message_id: "forward-1" };
    const forwarded = await call("forwardMessage", {
      token: ben.token,
      params,
      body: { ...body, room_ids: [roomId] },
    });
    expect(forwarded.results[0]?.attachments[0]?.file_id).not.toBe(source.body.attachments[0]?.file_id);
    const [copy] = (await call("forwardMessage", { token: ann.token, params, body })).results;
    expect(copy).toMatchObject({
      room: target,
      content: "Look",
      message_type: "image",
      file_name: "dot.png",
    });
    await call("deleteMessage", { token: ann.token, params });
    const response = await fetch(copy?.file_attachment ?? "");
    expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true);
    const again = await call("forwardMessage", {
      token: ann.token,
      params: { room_id: target, message_id: copy?.id ?? "" },
      body: { room_ids: [target], client_message_id: "forward-2" },
    });
    expect(again.results[0]?.attachments).toHaveLength(1);
  });
});

test("a browser is let through by the bucket's CORS rule, with the headers that it sets", async () => {
  const { upload } = await createUpload(ann, roomId);
  const preflight = await fetch(upload.url, {
    method: "OPTIONS",
    headers: {
      origin: "https://chat.example.com",
      "access-control-request-method": "PUT",
      "access-control-request-headers": Object.keys(upload.headers).join(","),
    },
  });
  expect(preflight.status).toBe(200);
  expect(preflight.headers.get("access-control-allow-headers")).toContain("if-none-match");
});

test("a user who may not send messages may not upload either", async () => {
  const room = await groupRoom(ann, [ben]);
  const begin = (user: TestUser, roomOf = room) =>
    attempt("createUpload", { token: user.token, params: { kind: "image" }, body: pngUpload(roomOf) });
  const stranger = await newUser();
  const refused = await begin(stranger);
  expect(refused).toMatchObject({ status: 403, problem: { detail: "You don't have access to this room" } });
  expect((await begin(ann, "no-such-room")).problem.detail).toBe(refused.problem.detail);
  await call("updatePermissions", {
    token: ann.token,
    params: { room_id: room },
    body: { member: { can_send: false } },
  });
  expect(await begin(ben)).toMatchObject({ status: 403, problem: { code: "forbidden" } });
  expect((await begin(ann)).status).toBe(201);
  await call("archiveRoom", { token: ann.token, params: { room_id: room } });
  expect((await begin(ann)).problem.detail).toMatch(/archived/);
});

test("the answer of S3 to the upload is its own", async () => {
  expect(await s3Answer(await putBytes(await createUpload(ann, roomId), Buffer.from("short")))).toBe(
    "403 SignatureDoesNotMatch",
  );
});
