import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { User } from "../../contract/objects/user.ts";
import { emptyQueues, until } from "../support/background.ts";
import { attempt, call } from "../support/contract-client.ts";
import { metered } from "../support/control.ts";
import { createAvatarUpload, type NewUpload, png, putBytes, s3Answer, uploaded } from "../support/files.ts";
import { directRoom, type TestUser, two } from "../support/people.ts";
import { invalid } from "../support/refusals.ts";

let ann: TestUser;
let ben: TestUser;

beforeEach(async () => {
  [ann, ben] = await two();
});
afterEach(emptyQueues);

/** Returns a picture that differs from every other. */
function newPicture(): Buffer {
  return Buffer.concat([png, Buffer.from(randomUUID())]);
}

async function upload(user: TestUser, bytes: Uint8Array = png): Promise<NewUpload> {
  const created = await createAvatarUpload(user, bytes.length);
  expect((await putBytes(created, bytes)).status).toBe(200);
  return created;
}

function use(user: TestUser, file_id: string, user_id = user.id) {
  return attempt("updateAvatar", { token: user.token, params: { user_id }, body: { file_id } });
}

async function setPicture(user: TestUser, bytes: Uint8Array = png): Promise<string> {
  const { status, body } = await use(user, (await upload(user, bytes)).file_id);
  expect(status).toBe(200);
  return body.profile_picture ?? "";
}

function update(user: TestUser, body: Partial<User>) {
  return call("updateProfile", { token: user.token, body });
}

function idOf(address: string): string {
  return address.slice(address.lastIndexOf("/") + 1);
}
function get(address: string) {
  return attempt("getAvatar", { params: { avatar_id: idOf(address) } });
}
function untilRemoved(address: string): Promise<void> {
  return until(async () => (await get(address)).status === 404, "the picture is removed");
}

describe("a user's own picture", () => {
  test("is uploaded, becomes the profile's, and is shown to other users at an address that takes no token", async () => {
    const bytes = newPicture();
    const created = await upload(ann, bytes);
    expect(created).toMatchObject({ upload: { method: "PUT" }, expires_in: 900 });
    const { status, body } = await use(ann, created.file_id);
    expect([status, body.id, body.email]).toEqual([200, ann.id, ann.email]);
    const address = body.profile_picture ?? "";
    expect(body.clerk_profile_image_url).toBe(address);
    const seen = await call("getUser", { token: ben.token, params: { user_id: ann.id } });
    expect(seen.profile_picture).toBe(address);

    const shown = await fetch(address);
    expect(Buffer.from(await shown.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(shown.headers)).toMatchObject({
      "content-type": "image/png",
      "cache-control": "public, max-age=604800, immutable",
      "content-security-policy": "default-src 'none'; sandbox",
      "cross-origin-resource-policy": "cross-origin",
      "x-content-type-options": "nosniff",
    });
    expect(address).not.toContain(ann.id);
    expect((await get(address)).body.bytes).toEqual(new Uint8Array(bytes));
  });

  test("is removed when there is another one, or none", async () => {
    const first = await setPicture(ann);
    const second = await setPicture(ann, newPicture());
    expect(second).not.toBe(first);
    await untilRemoved(first);
    expect((await get(second)).status).toBe(200);
    expect((await update(ann, { profile_picture: null })).profile_picture).toBeNull();
    await untilRemoved(second);

    const third = await setPicture(ann);
    const elsewhere = "https://images.example.com/ann.png";
    expect((await update(ann, { profile_picture: elsewhere })).profile_picture).toBe(elsewhere);
    await untilRemoved(third);
  });

  test("stays when a client sends a profile back as it was shown, even some time ago", async () => {
    const first = await setPicture(ann);
    const second = await setPicture(ann);
    for (const profile_picture of [first, second]) {
      const profile = await update(ann, { profile_picture, bio: profile_picture });
      expect(profile).toMatchObject({ profile_picture: second, bio: profile_picture });
    }
    await untilRemoved(first);
    expect((await get(second)).status).toBe(200);
  });

  test("is served without a read of the table", async () => {
    const address = await setPicture(ann);
    const { operations } = await metered(() => get(address));
    expect(operations["GET /api/chat/avatars/{id}"]).toMatchObject({ invocations: 1, dynamodb_calls: 0 });
  });

  test("is not removed by another user", async () => {
    const address = await setPicture(ann);
    await update(ben, { profile_picture: address });
    const own = await setPicture(ben);
    await update(ben, { profile_picture: null });
    await untilRemoved(own);
    expect((await get(address)).status).toBe(200);
  });
});

describe("a picture is refused", () => {
  const begin = (further: Record<string, unknown>) =>
    attempt("createAvatarUpload", {
      token: ann.token,
      body: { file_size: png.length, media_type: "image/png", ...further },
    });

  test("of another type, or size", async () => {
    for (const media_type of ["image/svg+xml", "text/html", "image/heic", "application/pdf", "", null])
      expect(await begin({ media_type })).toMatchObject(invalid("media_type"));
    for (const file_size of [0, -1, 1.5, "10", null])
      expect(await begin({ file_size })).toMatchObject(invalid("file_size"));
    expect((await begin({ file_size: 1024 * 1024 })).status).toBe(201);
    expect(await begin({ file_size: 1024 * 1024 + 1 })).toMatchObject({
      status: 413,
      problem: { code: "too_large" },
    });
  });

  test("by S3, which takes the announced file alone, once", async () => {
    const created = await createAvatarUpload(ann);
    expect(await s3Answer(await putBytes(created, Buffer.concat([png, png])))).toMatch(/^403 Signature/);
    const html = { "content-type": "text/html" };
    expect(await s3Answer(await putBytes(created, png, html))).toMatch(/^403 Signature/);
    expect(await use(ann, created.file_id)).toMatchObject({ status: 409, problem: { code: "conflict" } });
    expect((await putBytes(created)).status).toBe(200);
    expect((await use(ann, created.file_id)).status).toBe(200);
    expect(await s3Answer(await putBytes(created, png))).toBe("412 PreconditionFailed");
  });

  test("if its bytes are of another type, and is removed", async () => {
    const html = Buffer.from("<html><script>alert(1)</script></html>");
    const { file_id } = await upload(ann, html);
    const refused = await use(ann, file_id);
    expect(refused).toMatchObject(invalid("file_id"));
    expect((await use(ann, file_id)).status).toBe(404);
    expect((await call("getProfile", { token: ann.token })).profile_picture).toBeNull();
    expect((await get(file_id)).status).toBe(404);
  });

  test("if it is another user's, for another user, or without a token", async () => {
    const { file_id } = await upload(ann);
    expect((await use(ben, file_id)).status).toBe(404);
    expect(await use(ben, file_id, ann.id)).toMatchObject({
      status: 403,
      problem: { code: "forbidden" },
    });
    const params = { user_id: ann.id };
    expect((await attempt("updateAvatar", { params, body: { file_id } })).status).toBe(401);
    expect((await use(ann, file_id)).status).toBe(200);
  });

  test("if it is the file of a room; and as the file of a message", async () => {
    const room_id = await directRoom(ann, ben);
    expect((await use(ann, await uploaded(ann, room_id))).status).toBe(404);
    const { file_id } = await upload(ann);
    const sending = { token: ann.token, params: { room_id }, body: { file_id } };
    expect((await attempt("sendMessage", sending)).status).toBe(404);
    expect((await attempt("getUpload", { token: ann.token, params: { file_id } })).status).toBe(404);
  });

  test("the second time, except in a repeat", async () => {
    const { file_id } = await upload(ann);
    const first = await use(ann, file_id);
    expect(await use(ann, file_id)).toMatchObject({ status: 200, body: first.body });
    await setPicture(ann);
    expect(await use(ann, file_id)).toMatchObject({ status: 409, problem: { code: "conflict" } });
  });

  test("at an address that leads elsewhere", async () => {
    const address = await setPicture(ann);
    const names = [randomUUID(), "%2e%2e", "../pending", `..%2F${idOf(address)}`, `${idOf(address)}/..`, "x"];
    for (const avatar_id of names)
      expect((await attempt("getAvatar", { params: { avatar_id } })).status, avatar_id).toBe(404);
  });
});
