import type { attachmentOperations } from "../../contract/attachments.ts";
import type { MediaKind } from "../../contract/media-types.ts";
import type { OperationResult } from "../../contract/operation.ts";
import { call } from "./contract-client.ts";
import type { TestUser } from "./people.ts";

/** The smallest picture: one pixel. */
export const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

export type NewUpload = OperationResult<typeof attachmentOperations.createUpload>;

/**
 * Returns the body that announces a picture. A test of another type gets a name without an
 * extension.
 */
export function pngUpload(room: string, further: Record<string, unknown> = {}) {
  return {
    file_name: "media_type" in further ? "dot" : "dot.png",
    file_size: png.length,
    media_type: "image/png",
    room,
    ...further,
  };
}

export function createUpload(
  user: Pick<TestUser, "token">,
  room: string,
  further: Record<string, unknown> = {},
  kind: MediaKind = "image",
): Promise<NewUpload> {
  return call("createUpload", { token: user.token, params: { kind }, body: pngUpload(room, further) });
}

export function createAvatarUpload(
  user: Pick<TestUser, "token">,
  file_size = png.length,
): Promise<NewUpload> {
  return call("createAvatarUpload", { token: user.token, body: { file_size, media_type: "image/png" } });
}

/** Uploads as a client does: with the method and the headers of the answer, and no others. */
export function putBytes(
  { upload }: NewUpload,
  bytes: Uint8Array = png,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(upload.url, {
    method: upload.method,
    headers: { ...upload.headers, ...headers },
    body: new Uint8Array(bytes),
  });
}

/** Returns the status of an answer of S3, and its error code if it has one. */
export async function s3Answer(response: Response): Promise<string> {
  const code = /<Code>(.*?)<\/Code>/.exec(await response.text())?.[1];
  return code === undefined ? String(response.status) : `${response.status} ${code}`;
}

/** Uploads a file, which is in no message yet, and returns its id. */
export async function uploaded(
  user: Pick<TestUser, "token">,
  room: string,
  bytes: Uint8Array = png,
  further: Record<string, unknown> = {},
  kind: MediaKind = "image",
): Promise<string> {
  const created = await createUpload(user, room, { file_size: bytes.length, ...further }, kind);
  const response = await putBytes(created, bytes);
  if (!response.ok) throw new Error(`The upload was answered ${await s3Answer(response)}.`);
  return created.file_id;
}
