/**
 * URLs by which clients reach the bucket without credentials. Making one takes no call.
 */

import { environment } from "../../kernel/runtime/environment.ts";
import { epochSeconds } from "../../kernel/runtime/time.ts";
import { contentDisposition } from "../../kernel/security/content-disposition.ts";
import { presign } from "../../kernel/security/presign.ts";
import { objectKeys } from "../table/keys.ts";
import type { FileFacts } from "./files.ts";

/** Seconds in which an upload must begin: time to find a network, and no more. */
export const uploadSeconds = 15 * 60;
/** Seconds for which a file can be downloaded by one URL. */
const downloadSeconds = 5 * 60;

function addressOf(key: string): string {
  return `${environment.bucketUrl}/${key}`;
}

/** A request that stores a file, as a client has to send it. */
interface UploadRequest {
  readonly url: string;
  readonly method: "PUT";
  readonly headers: Record<string, string>;
}

/**
 * Length and type are signed, so that S3 refuses any other; and `if-none-match: *`, so that it refuses a second use
 * with 412: the bytes cannot change after they were looked at.
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
  // The length is left out of what the client sets: a browser lets no page set it, and sends the file's own.
  return { url, method: "PUT", headers };
}

function isShown(mediaType: string): boolean {
  return /^(?:image|audio|video)\//.test(mediaType);
}

/** Text is checked to be UTF-8 before it is attached; without a charset browsers would guess one. */
function servedType(mediaType: string): string {
  return mediaType.startsWith("text/") ? `${mediaType}; charset=utf-8` : mediaType;
}

/**
 * Where the attachment of a message is downloaded, under its name and as the type that it was found to be. `until` is when
 * the message destroys itself, in seconds since 1970: the URL is not to outlive it. S3 takes no life of less than a second.
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
