import type { IncomingMessage } from "node:http";

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html: payload size
// 10 MB
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** The connection is cut when a refused body is longer than this. */
const MAX_DISCARDED_BYTES = 10 * MAX_BODY_BYTES;

/**
 * Returns the whole body; 'too-large' if it passes 10 MB; 'aborted' if the client left before its
 * end. A body that is too large is still read to its end: a client that is cut off while it sends
 * does not see the answer.
 */
export function readBody(request: IncomingMessage): Promise<Buffer | "too-large" | "aborted"> {
  const { "content-length": contentLength, "transfer-encoding": transferEncoding } = request.headers;
  if (contentLength === undefined && transferEncoding === undefined) return Promise.resolve(Buffer.alloc(0));
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks = [];
      if (length > MAX_DISCARDED_BYTES) resolve("too-large");
    });
    request.on("end", () => resolve(length > MAX_BODY_BYTES ? "too-large" : Buffer.concat(chunks)));
    request.on("error", () => resolve("aborted"));
    request.on("close", () => resolve("aborted"));
  });
}
