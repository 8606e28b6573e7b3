import { notImplemented, S3Error } from "./errors.ts";
import { header, type S3Request } from "./request.ts";

/**
 * Takes the `aws-chunked` framing off a body and turns its trailing headers into headers. SDK v3
 * frames a stream's body so, with its checksum at the end:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function unframe(request: S3Request): S3Request {
  const payload = header(request.headers, "x-amz-content-sha256") ?? "";
  if (!payload.startsWith("STREAMING-")) return request;
  if (payload !== "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    throw notImplemented(`bodies of signed chunks (${payload})`);

  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = request.body.indexOf("\r\n", at);
    const size = end < 0 ? Number.NaN : Number.parseInt(request.body.toString("latin1", at, end), 16);
    if (Number.isNaN(size)) throw incomplete();
    at = end + 2;
    if (size === 0) break;
    if (at + size > request.body.length) throw incomplete();
    chunks.push(request.body.subarray(at, at + size));
    at += size + 2;
  }
  const body = Buffer.concat(chunks);
  const declared = header(request.headers, "x-amz-decoded-content-length");
  if (declared !== undefined && Number(declared) !== body.length) throw incomplete();

  const headers = { ...request.headers };
  for (const line of request.body.toString("latin1", at).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase().trim()] = line.slice(colon + 1).trim();
  }
  const encoding = (header(headers, "content-encoding") ?? "").split(",").map((part) => part.trim());
  const kept = encoding.filter((part) => part !== "" && part !== "aws-chunked").join(",");
  if (kept === "") delete headers["content-encoding"];
  else headers["content-encoding"] = kept;
  return { ...request, headers, body };
}

const incomplete = (): S3Error =>
  new S3Error(
    400,
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header.",
  );
