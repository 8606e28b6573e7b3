/** URLs by which clients reach the bucket without credentials. Signing one takes no call. */

import { environment } from "../../kernel/runtime/environment.ts";
import { epochSeconds } from "../../kernel/runtime/time.ts";
import { contentDisposition } from "../../kernel/security/content-disposition.ts";
import { presign } from "../../kernel/security/presign.ts";
import { objectKeys } from "../table/keys.ts";
import type { FileFacts } from "./files.ts";

/** Seconds until an upload must begin: enough time to find a network. */
export const uploadSeconds = 15 * 60;
/** Seconds for which one URL downloads a file. */
const downloadSeconds = 5 * 60;

function addressOf(key: string): string {
  return `${environment.bucketUrl}/${key}`;
}

/** The request by which a client uploads a file. */
interface UploadRequest {
  readonly url: string;
  readonly method: "PUT";
  readonly headers: Record<string, string>;
}

/**
 * Returns a signed request for an upload. S3 refuses any other length or type, since they are
 * signed. `if-none-match: *` makes it refuse a second use with 412: the bytes cannot change after
 * they were checked.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function uploadRequest({
  id,
  size,
  mediaType,
}: Pick<FileFacts, "id" | "size" | "mediaType">): UploadRequest {
  const headers = { "content-type": mediaType, "if-none-match": "*" };
  const signed = { ...headers, "content-length": String(size) };
  const url = presign({
    method: "PUT",
    url: addressOf(objectKeys.pending(id)),
    headers: signed,
    expiresIn: uploadSeconds,
  });
  // The client does not set the length: a browser lets no page set it, and sends the file's own.
  return { url, method: "PUT", headers };
}

function isShown(mediaType: string): boolean {
  return /^(?:image|audio|video)\//.test(mediaType);
}

/**
 * Returns the type that S3 serves. A text is checked to be UTF-8 before it is attached; without a
 * charset browsers would guess one.
 */
function servedType(mediaType: string): string {
  return mediaType.startsWith("text/") ? `${mediaType}; charset=utf-8` : mediaType;
}

/**
 * Returns the URL that downloads a message's attachment, under its name and as its checked type.
 * `until` is when the message destroys itself, in seconds since 1970: the URL ends no later. S3
 * takes no life below one second.
 */
export function downloadUrl(
  roomId: string,
  { id, name, mediaType }: FileFacts,
  until: number | null,
): string {
  return presign({
    method: "GET",
    url: addressOf(objectKeys.attached(roomId, id)),
    query: {
      "response-content-disposition": contentDisposition(isShown(mediaType) ? "inline" : "attachment", name),
      "response-content-type": servedType(mediaType),
    },
    expiresIn:
      until === null ? downloadSeconds : Math.max(1, Math.min(downloadSeconds, until - epochSeconds())),
  });
}
