import type { IncomingHttpHeaders } from "node:http";
import type { StoreResponse } from "../store.ts";
import type { Bucket } from "./bucket.ts";
import { invalidArgument, S3Error } from "./errors.ts";
import type { StoredObject } from "./object-files.ts";
import { checksumHeaders, preconditionFailed, sameEtag } from "./put-object.ts";
import { header, type S3Request } from "./request.ts";

const overrides = [
  "content-type",
  "content-language",
  "expires",
  "cache-control",
  "content-disposition",
  "content-encoding",
];

/**
 * GetObject and HeadObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 * `mayList` tells whether the caller may list the bucket: without that S3 answers 403, not 404, for
 * a missing key.
 */
export async function getObject(
  request: S3Request,
  bucket: Bucket,
  mayList: boolean,
): Promise<StoreResponse> {
  const found = bucket.get(request.key);
  if (found === undefined && !mayList) throw new S3Error(403, "AccessDenied", "Access Denied");
  const object = found ?? bucket.access(request.key);
  const headers = objectHeaders(request, object);
  requireReadCondition(request.headers, object);
  if (notModified(request.headers, object)) return { status: 304, headers, body: "" };

  const range = byteRange(header(request.headers, "range"), object);
  const [first, last] = range ?? [0, object.size - 1];
  const length = String(last - first + 1);
  const ranged = range === undefined ? {} : { "content-range": `bytes ${first}-${last}/${object.size}` };
  const status = range === undefined ? 200 : 206;
  if (request.method === "HEAD")
    return { status, headers: { ...headers, ...ranged, "content-length": length }, body: "" };

  const bytes = await bucket.read(object);
  // The checksum is of the whole object; with a part of it the SDK would find a mismatch, and S3
  // leaves it out.
  const checksum =
    header(request.headers, "x-amz-checksum-mode") === "ENABLED" || request.query.has("x-amz-checksum-mode");
  return {
    status,
    headers: { ...headers, ...ranged, ...(checksum && range === undefined ? checksumHeaders(object) : {}) },
    body: range === undefined ? bytes : bytes.subarray(first, last + 1),
  };
}

function objectHeaders(request: S3Request, object: StoredObject): Record<string, string> {
  const headers: Record<string, string> = {
    etag: object.etag,
    "last-modified": new Date(object.lastModified).toUTCString(),
    "accept-ranges": "bytes",
    "x-amz-server-side-encryption": "AES256",
  };
  for (const [name, value] of Object.entries(object.headers)) headers[name] = headerValue(value);
  for (const [name, value] of Object.entries(object.metadata))
    headers[`x-amz-meta-${name}`] = headerValue(value);
  const tagCount = Object.keys(object.tags).length;
  if (tagCount > 0) headers["x-amz-tagging-count"] = String(tagCount);
  for (const name of overrides) {
    const value = request.query.get(`response-${name}`);
    if (value === undefined) continue;
    if (!isHeaderValue(value)) {
      throw invalidArgument(
        "Header value cannot be represented using ISO-8859-1.",
        `response-${name}`,
        value,
      );
    }
    headers[name] = value;
  }
  return headers;
}

const isHeaderValue = (value: string): boolean => /^[\t\x20-\x7e\x80-\xff]*$/.test(value);

/**
 * A form can bring what no header can carry; S3 then answers in the encoding of mail:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
const headerValue = (value: string): string =>
  isHeaderValue(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString("base64")}?=`;

function requireReadCondition(headers: IncomingHttpHeaders, object: StoredObject): void {
  const match = header(headers, "if-match");
  if (match !== undefined) {
    if (!sameEtag(match, object.etag)) throw preconditionFailed("If-Match");
    return;
  }
  const since = seconds(header(headers, "if-unmodified-since"));
  if (since !== undefined && Math.floor(object.lastModified / 1000) > since)
    throw preconditionFailed("If-Unmodified-Since");
}

function notModified(headers: IncomingHttpHeaders, object: StoredObject): boolean {
  const none = header(headers, "if-none-match");
  if (none !== undefined) return sameEtag(none, object.etag);
  const since = seconds(header(headers, "if-modified-since"));
  return since !== undefined && Math.floor(object.lastModified / 1000) <= since;
}

const seconds = (date: string | undefined): number | undefined =>
  date === undefined || Number.isNaN(Date.parse(date)) ? undefined : Math.floor(Date.parse(date) / 1000);

/**
 * First and last byte of a single range; undefined when there is none, or one that HTTP says to
 * ignore.
 */
function byteRange(range: string | undefined, object: StoredObject): [number, number] | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const end = object.size - 1;
  const [first, last] =
    match[1] === ""
      ? [Math.max(0, object.size - Number(match[2])), end]
      : [Number(match[1]), match[2] === "" ? end : Math.min(Number(match[2]), end)];
  if (match[1] !== "" && match[2] !== "" && Number(match[2]) < first) return undefined;
  if (first > end || (match[1] === "" && Number(match[2]) === 0)) {
    throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable", {
      RangeRequested: range ?? "",
      ActualObjectSize: String(object.size),
    });
  }
  return [first, last];
}
