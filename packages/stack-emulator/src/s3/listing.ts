import type { Bucket } from "./bucket.ts";
import { invalidArgument, notImplemented } from "./errors.ts";
import type { StoredObject } from "./object-files.ts";
import type { S3Request } from "./request.ts";
import { element, s3Namespace, xmlDocument } from "./xml.ts";

/** ListObjectsV2: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjectsV2(request: S3Request, bucket: Bucket): string {
  const { query } = request;
  if (query.get("list-type") !== "2") throw notImplemented("ListObjects; use ListObjectsV2");
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const maxKeys = Math.min(1000, integer(query.get("max-keys") ?? "1000", "max-keys"));
  const token = query.get("continuation-token");
  const after = token === undefined ? (query.get("start-after") ?? "") : decodeToken(token);
  const page = readPage(bucket.list(), { prefix, delimiter, maxKeys, after });

  const url = query.get("encoding-type") === "url";
  const text = (name: string, value: string): string =>
    element(name, url ? encodeURIComponent(value).replaceAll("%2F", "/") : value);
  const parts = [
    element("Name", bucket.config.name),
    text("Prefix", prefix),
    ...(delimiter === "" ? [] : [text("Delimiter", delimiter)]),
    ...(query.has("start-after") ? [text("StartAfter", query.get("start-after") ?? "")] : []),
    ...(token === undefined ? [] : [element("ContinuationToken", token)]),
    ...(page.next === undefined ? [] : [element("NextContinuationToken", encodeToken(page.next))]),
    element("KeyCount", page.objects.length + page.commonPrefixes.length),
    element("MaxKeys", maxKeys),
    ...(url ? [element("EncodingType", "url")] : []),
    element("IsTruncated", page.next !== undefined),
    ...page.objects.map((object) => `<Contents>${contents(object, text)}</Contents>`),
    ...page.commonPrefixes.map((common) => `<CommonPrefixes>${text("Prefix", common)}</CommonPrefixes>`),
  ];
  return xmlDocument(`<ListBucketResult ${s3Namespace}>${parts.join("")}</ListBucketResult>`);
}

interface Page {
  readonly objects: StoredObject[];
  readonly commonPrefixes: string[];
  /** The last key or common prefix of this page, when more follow. */
  readonly next: string | undefined;
}

function readPage(
  all: readonly StoredObject[],
  {
    prefix,
    delimiter,
    maxKeys,
    after,
  }: { prefix: string; delimiter: string; maxKeys: number; after: string },
): Page {
  const objects: StoredObject[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  for (const object of all) {
    if (!object.key.startsWith(prefix)) continue;
    const cut = delimiter === "" ? -1 : object.key.indexOf(delimiter, prefix.length);
    const common = cut < 0 ? undefined : object.key.slice(0, cut + delimiter.length);
    const entry = common ?? object.key;
    if (after !== "" && Buffer.compare(Buffer.from(entry), Buffer.from(after)) <= 0) continue;
    if (common !== undefined && common === commonPrefixes.at(-1)) continue;
    if (objects.length + commonPrefixes.length >= maxKeys) return { objects, commonPrefixes, next: last };
    if (common === undefined) objects.push(object);
    else commonPrefixes.push(common);
    last = entry;
  }
  return { objects, commonPrefixes, next: undefined };
}

function contents(object: StoredObject, text: (name: string, value: string) => string): string {
  return [
    text("Key", object.key),
    element("LastModified", new Date(object.lastModified).toISOString()),
    element("ETag", object.etag),
    ...(object.checksum === undefined
      ? []
      : [element("ChecksumAlgorithm", object.checksum.algorithm.toUpperCase())]),
    element("Size", object.size),
    element("StorageClass", "STANDARD"),
  ].join("");
}

const encodeToken = (key: string): string => Buffer.from(key).toString("base64url");

const decodeToken = (token: string): string => Buffer.from(token, "base64url").toString();

function integer(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw invalidArgument("Provided max-keys not an integer or within integer range", name, text);
  return value;
}
