import type { IncomingHttpHeaders } from "node:http";
import type { StoreRequest } from "../store.ts";
import { S3Error } from "./errors.ts";

/**
 * An S3 request with its address taken apart. `bucket` and `key` are decoded; an absent one is ''.
 */
export interface S3Request {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  /** The path as the client addressed it, decoded: what the signature covers. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Both ways of addressing a bucket: `/bucket/key`, and `bucket.<host>/key`. SDK v3 uses the first
 * by itself when its endpoint is an IP address (its endpoint rules ask `isIp`), so functions need
 * no `forcePathStyle` with `http://127.0.0.1:port`; with `http://localhost:port` it sends
 * `bucket.localhost`. The path is never normalized: `..` and `//` are ordinary parts of a key.
 */
export function parseS3Request(request: StoreRequest, bucketNames: ReadonlySet<string>): S3Request {
  const mark = request.url.indexOf("?");
  const rawPath = mark < 0 ? request.url : request.url.slice(0, mark);
  const path = decode(rawPath);
  const query = parseQuery(mark < 0 ? "" : request.url.slice(mark + 1));
  const common = { method: request.method, path, query, headers: request.headers, body: request.body };

  const virtual = virtualHostBucket(request.headers.host, bucketNames);
  if (virtual !== undefined) return { ...common, bucket: virtual, key: path.slice(1) };
  const slash = path.indexOf("/", 1);
  if (slash < 0) return { ...common, bucket: path.slice(1), key: "" };
  return { ...common, bucket: path.slice(1, slash), key: path.slice(slash + 1) };
}

function virtualHostBucket(host: string | undefined, bucketNames: ReadonlySet<string>): string | undefined {
  const name = (host ?? "").replace(/:\d+$/, "").toLowerCase();
  const suffix = [".localhost", ".127.0.0.1"].find((ending) => name.endsWith(ending));
  if (suffix === undefined) return undefined;
  const bucket = name.slice(0, -suffix.length).replace(/\.s3$/, "");
  return bucketNames.has(bucket) ? bucket : undefined;
}

function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const part of text.split("&")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const [name, value] = equals < 0 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
    query.set(decode(name.replaceAll("+", " ")), decode(value.replaceAll("+", " ")));
  }
  return query;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error(400, "InvalidURI", "Couldn't parse the specified URI.", { URI: text });
  }
}

/** A header's value; headers that came more than once are joined as HTTP joins them. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

/** Bucket and key of `x-amz-copy-source`; undefined when the request has none. */
export function copySource(headers: IncomingHttpHeaders): { bucket: string; key: string } | undefined {
  const given = header(headers, "x-amz-copy-source");
  if (given === undefined) return undefined;
  const source = decode(given).replace(/^\//, "");
  const slash = source.indexOf("/");
  if (slash > 0) return { bucket: source.slice(0, slash), key: source.slice(slash + 1) };
  throw new S3Error(
    400,
    "InvalidArgument",
    "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
  );
}
