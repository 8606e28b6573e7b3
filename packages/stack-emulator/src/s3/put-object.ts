import type { IncomingHttpHeaders } from "node:http";
import type { StoreResponse } from "../store.ts";
import type { Bucket } from "./bucket.ts";
import { type Checksum, verifyChecksums } from "./checksums.ts";
import { notImplemented, S3Error } from "./errors.ts";
import type { NewObject, StoredObject } from "./object-files.ts";
import { copySource, header, type S3Request } from "./request.ts";
import { parseTagHeader } from "./tagging.ts";
import { element, s3Namespace, xmlDocument } from "./xml.ts";

/** PutObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export async function putObject(request: S3Request, bucket: Bucket, now: number): Promise<StoreResponse> {
  const { headers } = request;
  if (
    header(headers, "content-length") === undefined &&
    header(headers, "x-amz-decoded-content-length") === undefined
  ) {
    // S3 takes no chunked body of unknown length.
    throw new S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
  }
  const checksum = verifyChecksums(headers, request.body);
  const object = newObject(request.key, parameters(request), checksum, now);
  const stored = await bucket.put("ObjectCreated:Put", object, request.body, writePrecondition(headers));
  return { status: 200, headers: storedHeaders(stored), body: "" };
}

/** CopyObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export async function copyObject(
  request: S3Request,
  bucket: Bucket,
  bucketNamed: (name: string) => Bucket,
  now: number,
): Promise<StoreResponse> {
  const source = copySource(request.headers);
  const sourceBucket = bucketNamed(source?.bucket ?? "");
  const original = sourceBucket.access(source?.key ?? "");
  requireCopyCondition(request.headers, original);
  const replace = header(request.headers, "x-amz-metadata-directive") === "REPLACE";
  if (!replace && sourceBucket === bucket && original.key === request.key) {
    throw new S3Error(
      400,
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const given = newObject(request.key, parameters(request), original.checksum, now);
  const tags = header(request.headers, "x-amz-tagging-directive") === "REPLACE" ? given.tags : original.tags;
  const copied = replace ? given : { ...given, headers: original.headers, metadata: original.metadata };
  const bytes = await sourceBucket.read(original);
  const stored = await bucket.put(
    "ObjectCreated:Copy",
    { ...copied, tags },
    bytes,
    writePrecondition(request.headers),
  );
  const result = [
    element("LastModified", new Date(stored.lastModified).toISOString()),
    element("ETag", stored.etag),
    ...(stored.checksum === undefined
      ? []
      : [element(`Checksum${stored.checksum.algorithm.toUpperCase()}`, stored.checksum.value)]),
  ];
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: xmlDocument(`<CopyObjectResult ${s3Namespace}>${result.join("")}</CopyObjectResult>`),
  };
}

function requireCopyCondition(headers: IncomingHttpHeaders, original: StoredObject): void {
  const match = header(headers, "x-amz-copy-source-if-match");
  const none = header(headers, "x-amz-copy-source-if-none-match");
  if (match !== undefined && !sameEtag(match, original.etag))
    throw preconditionFailed("x-amz-copy-source-If-Match");
  if (none !== undefined && sameEtag(none, original.etag))
    throw preconditionFailed("x-amz-copy-source-If-None-Match");
}

/**
 * Conditional writes: `If-None-Match: *` and `If-Match: <etag>`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
function writePrecondition(headers: IncomingHttpHeaders): (existing: StoredObject | undefined) => void {
  const none = header(headers, "if-none-match");
  const match = header(headers, "if-match");
  if (none !== undefined && none !== "*")
    throw notImplemented("If-None-Match on a write with anything but *, as S3 does not");
  return (existing) => {
    if (none !== undefined && existing !== undefined) throw preconditionFailed("If-None-Match");
    if (match === undefined) return;
    if (existing === undefined) throw new S3Error(404, "NoSuchKey", "The specified key does not exist.");
    if (!sameEtag(match, existing.etag)) throw preconditionFailed("If-Match");
  };
}

export const sameEtag = (given: string, etag: string): boolean =>
  given === "*" || given.replaceAll('"', "") === etag.replaceAll('"', "");

export const preconditionFailed = (condition: string): S3Error =>
  new S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    Condition: condition,
  });

const keptHeaders = [
  "content-type",
  "content-disposition",
  "cache-control",
  "content-encoding",
  "content-language",
  "expires",
];

/**
 * The object that headers (or the fields of a form, which have the same names) describe. Limits:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
export function newObject(
  key: string,
  given: ReadonlyMap<string, string>,
  checksum: Checksum | undefined,
  now: number,
): NewObject {
  if (Buffer.byteLength(key) > 1024)
    throw new S3Error(400, "KeyTooLongError", "Your key is too long", { MaxSizeAllowed: "1024" });
  const headers: Record<string, string> = {};
  const metadata: Record<string, string> = {};
  let metadataSize = 0;
  for (const [name, value] of given) {
    if (keptHeaders.includes(name)) headers[name] = value;
    if (!name.startsWith("x-amz-meta-")) continue;
    const short = name.slice("x-amz-meta-".length);
    metadata[short] = value;
    metadataSize += Buffer.byteLength(short) + Buffer.byteLength(value);
  }
  if (metadataSize > 2048) {
    throw new S3Error(
      400,
      "MetadataTooLarge",
      "Your metadata headers exceed the maximum allowed metadata size",
      {
        Size: String(metadataSize),
        MaxSizeAllowed: "2048",
      },
    );
  }
  headers["content-type"] ??= "binary/octet-stream";
  const tags = parseTagHeader(given.get("x-amz-tagging") ?? "");
  return { key, lastModified: now, headers, metadata, tags, checksum };
}

/**
 * Headers, and what a presigned URL carries in their place: the presigner moves x-amz-* headers
 * into the query.
 */
function parameters(request: S3Request): Map<string, string> {
  const given = new Map<string, string>();
  for (const [name, value] of request.query) {
    if (name.toLowerCase().startsWith("x-amz-")) given.set(name.toLowerCase(), value);
  }
  for (const name of Object.keys(request.headers)) {
    const value = header(request.headers, name);
    if (value !== undefined) given.set(name, value);
  }
  return given;
}

function storedHeaders(object: StoredObject): Record<string, string> {
  return {
    etag: object.etag,
    // S3 encrypts every object so unless told otherwise.
    "x-amz-server-side-encryption": "AES256",
    ...checksumHeaders(object),
  };
}

export const checksumHeaders = ({ checksum }: StoredObject): Record<string, string> =>
  checksum === undefined
    ? {}
    : { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, "x-amz-checksum-type": "FULL_OBJECT" };
