import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { attempt, call } from "../support/contract-client.ts";
import { advanceClock } from "../support/control.ts";
import {
  createUpload,
  type NewUpload,
  png,
  pngUpload,
  putBytes,
  s3Answer,
  uploaded,
} from "../support/files.ts";
import { trySendFile } from "../support/messages.ts";
import { directRoom, type TestUser, two } from "../support/people.ts";
import { invalid } from "../support/refusals.ts";

let ann: TestUser;
let ben: TestUser;
let roomId: string;

async function setScene(): Promise<void> {
  [ann, ben] = await two();
  roomId = await directRoom(ann, ben);
}
beforeAll(setScene);

function begin(further: Record<string, unknown>, kind = "image") {
  return attempt("createUpload", {
    token: ann.token,
    params: { kind },
    body: pngUpload(roomId, further),
  });
}

async function history() {
  return (await call("listMessages", { token: ben.token, params: { room_id: roomId } })).results;
}

describe("createUpload refuses", () => {
  const mb = 1024 * 1024;
  const tooLarge = { image: 10, audio: 25, file: 50, video: 100 };
  const typeOf = { image: "image/png", audio: "audio/mpeg", file: "application/pdf", video: "video/mp4" };

  for (const kind of ["image", "audio", "file", "video"] as const)
    test(`a file over the limit of ${kind}, and takes one at the limit`, async () => {
      const media_type = typeOf[kind];
      expect((await begin({ media_type, file_size: tooLarge[kind] * mb }, kind)).status).toBe(201);
      expect(await begin({ media_type, file_size: tooLarge[kind] * mb + 1 }, kind)).toMatchObject({
        status: 413,
        problem: { code: "too_large", detail: expect.stringContaining(String(tooLarge[kind] * mb)) },
      });
    });

  const types: readonly (readonly [kind: string, media_type: unknown])[] = [
    ["image", "image/svg+xml"],
    ["image", "application/pdf"],
    ["image", "text/html"],
    ["file", "text/html"],
    ["file", "application/xhtml+xml"],
    ["file", "application/javascript"],
    ["file", "application/octet-stream"],
    ["audio", "video/mp4"],
    ["video", ""],
    ["image", 5],
  ];
  for (const [kind, media_type] of types)
    test(`the type ${JSON.stringify(media_type)} as ${kind}`, async () => {
      expect(await begin({ media_type }, kind)).toMatchObject(invalid("media_type"));
    });

  for (const file_size of [0, -1, 1.5, "10", null])
    test(`the size ${JSON.stringify(file_size)}`, async () => {
      expect(await begin({ file_size })).toMatchObject(invalid("file_size"));
    });

  const names: readonly (readonly [what: string, name: unknown])[] = [
    ["a path upwards", "../../etc/passwd"],
    ["the folder above", ".."],
    ["a path", "a/b.png"],
    ["a path of Windows", "C:\\dot.png"],
    ["a line break", "dot.png\r\nSet-Cookie: a=b"],
    ["a NUL", "dot.png\0.exe"],
    ["what turns the text around", "dot\u202egnp.exe"],
    ["nothing", "  "],
    ["256 characters", "x".repeat(256)],
    ["that of a program", "dot.exe"],
    ["that of a program, in other letters and with dots behind", "dot.png.Bat. ."],
    ["that of a program, with what cannot be seen within", "dot.b\u200bat"],
    ["that of a program, with a joiner within", "dot.b\u200dat"],
    ["that of a page", "dot.html"],
    ["that of another type", "dot.pdf"],
    ["nothing that can be seen", "\u200b \u200d\ufeff"],
    ["half of a character", "\ud83d.png"],
    ["no text", 7],
  ];
  for (const [what, file_name] of names)
    test(`a name that is ${what}`, async () => {
      expect(await begin({ file_name })).toMatchObject(invalid("file_name"));
    });

  test("a text with the name of a program, and no text with another name", async () => {
    const text = (file_name: string) => begin({ file_name, media_type: "text/plain" }, "file");
    for (const name of ["rechnung.bat", "rechnung.hta", "x.svg", "x.docx"])
      expect(await text(name)).toMatchObject(invalid("file_name"));
    for (const name of ["notiz.txt", "werte.csv", "Brief an Dr. Meier", "v1.2", "server.log", "README"])
      expect((await text(name)).status).toBe(201);
  });

  test("an unknown kind, and invalid dimensions, all at once", async () => {
    expect((await begin({}, "executable")).status).toBe(400);
    const { problem } = await begin({ width: 0, height: "1", duration: -1, file_size: 0 });
    expect(problem.errors?.map(({ path }) => path).sort()).toEqual([
      "duration",
      "file_size",
      "height",
      "width",
    ]);
  });
});

describe("S3 refuses", () => {
  beforeEach(setScene);

  test("other bytes than announced: longer, shorter, none, of another type", async () => {
    const created = await createUpload(ann, roomId);
    for (const bytes of [Buffer.concat([png, png]), png.subarray(1), Buffer.alloc(0)])
      expect(await s3Answer(await putBytes(created, bytes))).toBe("403 SignatureDoesNotMatch");
    const html = { "content-type": "text/html" };
    expect(await s3Answer(await putBytes(created, png, html))).toBe("403 SignatureDoesNotMatch");
    expect(await trySendFile(ann, roomId, created.file_id)).toMatchObject({
      status: 409,
      problem: { code: "conflict" },
    });
    expect((await putBytes(created)).status).toBe(200);
  });

  test("a second use of the upload: before the file is sent, and after", async () => {
    const created = await createUpload(ann, roomId);
    const other = Buffer.from(png).fill(0, 8);
    expect((await putBytes(created)).status).toBe(200);
    expect(await s3Answer(await putBytes(created, other))).toBe("412 PreconditionFailed");
    const { body } = await trySendFile(ann, roomId, created.file_id);
    expect(await s3Answer(await putBytes(created, other))).toBe("412 PreconditionFailed");
    const without: NewUpload = {
      ...created,
      upload: { ...created.upload, headers: { "content-type": "image/png" } },
    };
    expect(await s3Answer(await putBytes(without, other))).toBe("403 SignatureDoesNotMatch");
    const response = await fetch(body.file_attachment ?? "");
    expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true);
  });

  test("an altered URL: another file, another kind of request, more time", async () => {
    const [created, other] = [await createUpload(ann, roomId), await createUpload(ann, roomId)];
    const altered = [
      created.upload.url.replace(created.file_id, other.file_id),
      created.upload.url.replace(`pending/${created.file_id}`, `files/${roomId}/${created.file_id}`),
      created.upload.url.replace("X-Amz-Expires=900", "X-Amz-Expires=90000"),
    ];
    // The role that signed may do neither: the runner checks that before the signature.
    const refused = /^403 (?:SignatureDoesNotMatch|AccessDenied)$/;
    for (const url of altered)
      expect(await s3Answer(await putBytes({ ...created, upload: { ...created.upload, url } }))).toMatch(
        refused,
      );
    expect(await s3Answer(await fetch(created.upload.url))).toMatch(refused);

    const { body } = await trySendFile(ann, roomId, await uploaded(ann, roomId));
    const url = body.file_attachment ?? "";
    for (const changed of [
      url.replace("inline", "attachment"),
      url.replace("image%2Fpng", "text%2Fhtml"),
      url.replace("/files/", "/pending/"),
    ]) {
      expect(changed).not.toBe(url);
      expect(await s3Answer(await fetch(changed))).toBe("403 SignatureDoesNotMatch");
    }
    expect(await s3Answer(await fetch(url, { method: "DELETE" }))).toBe("403 SignatureDoesNotMatch");
  });

  test("a download after its message has expired", async () => {
    const file_id = await uploaded(ann, roomId);
    const { body } = await trySendFile(ann, roomId, file_id, { expires_in: 60 });
    const upload = await call("getUpload", { token: ann.token, params: { file_id } });
    for (const url of [body.file_attachment, body.attachments[0]?.url, upload.url]) {
      expect((await fetch(url ?? "")).status).toBe(200);
      const signed = new URL(url ?? "").searchParams;
      const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(signed.get("X-Amz-Date") ?? "") ?? [];
      const iso = `${day?.replace(/(....)(..)(..)/, "$1-$2-$3")}T${time?.replace(/(..)(..)(..)/, "$1:$2:$3")}Z`;
      const end = Date.parse(iso) + Number(signed.get("X-Amz-Expires")) * 1000;
      // Another second may begin while the URL is signed.
      expect(Math.abs(end - Date.parse(body.expires_at ?? ""))).toBeLessThanOrEqual(1000);
    }
  });

  test("a download after five minutes, and an upload after fifteen", async () => {
    const created = await createUpload(ann, roomId);
    const { body } = await trySendFile(ann, roomId, await uploaded(ann, roomId));
    const url = body.file_attachment ?? "";
    expect((await fetch(url)).status).toBe(200);
    await advanceClock(5 * 60_000 + 1000);
    expect(await s3Answer(await fetch(url))).toBe("403 AccessDenied");
    const [fresh] = await history();
    expect((await fetch(fresh?.file_attachment ?? "")).status).toBe(200);
    await advanceClock(10 * 60_000);
    expect(await s3Answer(await putBytes(created))).toBe("403 AccessDenied");
  });
});
