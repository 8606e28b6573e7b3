import { PutObjectTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { advanceClock } from "../support/control.ts";
import { createUpload, png, putBytes, s3Answer, uploaded } from "../support/files.ts";
import { trySendFile } from "../support/messages.ts";
import { directRoom, groupRoom, type TestUser, two } from "../support/people.ts";
import { invalid } from "../support/refusals.ts";

let ann: TestUser;
let ben: TestUser;
let roomId: string;

async function setScene(): Promise<void> {
  [ann, ben] = await two();
  roomId = await directRoom(ann, ben);
}
beforeEach(setScene);

async function history() {
  return (await call("listMessages", { token: ben.token, params: { room_id: roomId } })).results;
}

/** Checks that a refused send left nothing to see: no message, no number, and no last message. */
async function expectNothingSent() {
  expect(await history()).toEqual([]);
  expect(await call("getRoom", { token: ben.token, params: { room_id: roomId } })).toMatchObject({
    seq: 0,
    last_message: null,
  });
}

test("a name of 255 characters of any script comes back unchanged, and ends no header", async () => {
  const long = `${"😀".repeat(251)}.png`;
  const joined = ["می\u200cخواهم.png", "👩\u200d❤️\u200d👨🏽\u200d🦱.png"];
  for (const file_name of [`a"b';filename=x.exe; %41.png`, "文件 – عربي.png", ...joined, long]) {
    // Invisible characters are left out.
    const unseen = file_name === long ? file_name : `\u061c\u200b${file_name}\u200e\ufeff`;
    const { body } = await trySendFile(ann, roomId, await uploaded(ann, roomId, png, { file_name: unseen }));
    expect(body.file_name).toBe(file_name);
    const response = await fetch(body.file_attachment ?? "");
    expect(response.status).toBe(200);
    const [, fallback, encoded = ""] =
      /^inline; filename="([^"\\%]*)"; filename\*=UTF-8''([\w!#$&+.^`|~%-]+)$/.exec(
        response.headers.get("content-disposition") ?? "",
      ) ?? [];
    expect(fallback).toMatch(/\.png$/);
    expect(decodeURIComponent(encoded)).toBe(file_name);
  }
});

describe("sending refuses", () => {
  test("a file that is not uploaded yet, until it is", async () => {
    const created = await createUpload(ann, roomId);
    expect(await trySendFile(ann, roomId, created.file_id)).toMatchObject({
      status: 409,
      problem: { detail: expect.stringContaining("not uploaded yet") },
    });
    await expectNothingSent();
    await putBytes(created);
    expect((await trySendFile(ann, roomId, created.file_id)).status).toBe(201);
  });

  test("another user's file, an unknown one, and one for another room", async () => {
    const file = await uploaded(ann, roomId);
    expect((await trySendFile(ben, roomId, file)).status).toBe(404);
    for (const unknown of ["no-such-file", "../../pending/x", "a/b", "\0"])
      expect((await trySendFile(ann, roomId, unknown)).status).toBe(404);
    await expectNothingSent();
    const other = await groupRoom(ann, [ben]);
    expect((await trySendFile(ann, other, file)).status).toBe(404);
    expect((await trySendFile(ann, roomId, file)).status).toBe(201);
  });

  test("a file that is in a message already", async () => {
    const file = await uploaded(ann, roomId);
    await trySendFile(ann, roomId, file);
    expect(await trySendFile(ann, roomId, file)).toMatchObject({
      status: 409,
      problem: { code: "conflict" },
    });
    expect(await history()).toHaveLength(1);
  });

  test("a message of another type than its file, and one that is empty", async () => {
    const file = await uploaded(ann, roomId);
    expect(await trySendFile(ann, roomId, file, { message_type: "video" })).toMatchObject(
      invalid("message_type"),
    );
    for (const file_id of [null, undefined])
      expect(
        await attempt("sendMessage", { token: ann.token, params: { room_id: roomId }, body: { file_id } }),
      ).toMatchObject(invalid("content"));
    await expectNothingSent();
  });

  const pdf = Buffer.from("%PDF-1.7\n%…\n");
  const exe = Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200)]);
  const html = Buffer.from("<!DOCTYPE html><script>alert(1)</script>");
  const svg = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>');
  const postscript = Buffer.from("%!PS\n(Hello) show\n");
  const withMark = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from("\ufeff"), bytes]);
  const lies: readonly (readonly [what: string, bytes: Buffer, media_type: string, found: RegExp])[] = [
    ["a picture that is HTML", html, "image/png", /no known type/],
    ["a picture that is a program", exe, "image/jpeg", /application\/x-msdownload/],
    ["a picture that is SVG", svg, "image/png", /application\/xml/],
    ["a picture of another type", png, "image/jpeg", /image\/png/],
    ["a document that is a program", exe, "application/pdf", /application\/x-msdownload/],
    ["a text that is a document", pdf, "text/plain", /application\/pdf/],
    ["a text that is XML", svg, "text/csv", /application\/xml/],
    ["a text with a NUL", Buffer.from("a,b\0c"), "text/csv", /not UTF-8 text/],
    ["a text with a control character", Buffer.from("a,b\x01c"), "text/csv", /not UTF-8 text/],
    ["a text that is a document, after a byte order mark", withMark(pdf), "text/plain", /application\/pdf/],
    ["a text that is rich text", Buffer.from("{\\rtf1 Hello}"), "text/plain", /application\/rtf/],
    ["a text that is a program for printers", postscript, "text/plain", /application\/postscript/],
    ["a text in another encoding", Buffer.from("J\xfcrgen", "latin1"), "text/plain", /not UTF-8 text/],
  ];
  for (const [what, bytes, media_type, found] of lies)
    test(`${what}, names the type that it found, and removes the file`, async () => {
      const kind = media_type.startsWith("image/") ? "image" : "file";
      const file = await uploaded(ann, roomId, bytes, { media_type }, kind);
      expect(await trySendFile(ann, roomId, file)).toMatchObject({
        status: 400,
        problem: {
          code: "invalid_input",
          errors: [{ path: "file_id", message: expect.stringMatching(found) }],
        },
      });
      await expectNothingSent();
      expect((await trySendFile(ann, roomId, file)).status).toBe(404);
      expect((await attempt("getUpload", { token: ann.token, params: { file_id: file } })).status).toBe(404);
    });

  test("a file that waited for longer than a day", async () => {
    const file = await uploaded(ann, roomId);
    await advanceClock(24 * 3_600_000 + 1000);
    const { access_token: token } = await call("refresh", { body: { refresh_token: ann.refreshToken } });
    expect((await trySendFile({ ...ann, token }, roomId, file)).status).toBe(404);
    expect((await attempt("getUpload", { token, params: { file_id: file } })).status).toBe(404);
    expect((await attempt("deleteUpload", { token, params: { file_id: file } })).status).toBe(404);
  });
});

describe("a file that GuardDuty finds to be malware", () => {
  /** Tags an object as GuardDuty does, with the runner's own key, which needs no grant. */
  const tag = async (url: string): Promise<void> => {
    const { origin, pathname } = new URL(url);
    const [, Bucket = "", ...key] = pathname.split("/");
    const s3 = new S3Client({
      region: "us-east-1",
      endpoint: origin,
      credentials: { accessKeyId: "local-admin", secretAccessKey: "local" },
      // The runner's clock may be ahead of this one.
      systemClockOffset: Date.parse((await fetch(origin)).headers.get("date") ?? "") - Date.now(),
    });
    const TagSet = [{ Key: "GuardDutyMalwareScanStatus", Value: "THREATS_FOUND" }];
    await s3.send(new PutObjectTaggingCommand({ Bucket, Key: key.join("/"), Tagging: { TagSet } }));
    s3.destroy();
  };

  test("is not attached, and removed", async () => {
    const created = await createUpload(ann, roomId);
    await putBytes(created);
    await tag(created.upload.url);
    expect(await trySendFile(ann, roomId, created.file_id)).toMatchObject({
      status: 400,
      problem: { errors: [{ message: expect.stringContaining("malware") }] },
    });
    await expectNothingSent();
  });

  test("is no longer served, and not forwarded", async () => {
    const { body } = await trySendFile(ann, roomId, await uploaded(ann, roomId));
    const url = body.file_attachment ?? "";
    expect((await fetch(url)).status).toBe(200);
    await tag(url);
    expect(await s3Answer(await fetch(url))).toBe("403 AccessDenied");
    const forwarded = await attempt("forwardMessage", {
      token: ann.token,
      params: { room_id: roomId, message_id: body.id },
      body: { room_ids: [await groupRoom(ann, [ben])] },
    });
    expect(forwarded).toMatchObject({ status: 409 });
  });
});
