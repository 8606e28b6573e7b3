import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { crc32 } from "node:zlib";
import { notImplemented, S3Error } from "./errors.ts";
import { header } from "./request.ts";

export interface Checksum {
  /** As in the header's name: `crc32`, `sha256`, `sha1`. */
  readonly algorithm: string;
  /** Base64. */
  readonly value: string;
}

const headerPrefix = "x-amz-checksum-";
const notValues = new Set(["x-amz-checksum-mode", "x-amz-checksum-type", "x-amz-checksum-algorithm"]);

/**
 * Holds the body against Content-MD5 and x-amz-checksum-*, and gives the checksum to keep with the
 * object.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 * A checksum in the query of a presigned URL is ignored, as S3 ignores it: the SDK signs that of an
 * empty body there (https://github.com/aws/aws-sdk-go-v2/issues/2610,
 * https://github.com/localstack/localstack/issues/12169).
 */
export function verifyChecksums(headers: IncomingHttpHeaders, body: Buffer): Checksum | undefined {
  const md5 = header(headers, "content-md5");
  if (md5 !== undefined) verifyMd5(md5, body);

  const names = Object.keys(headers).filter((name) => name.startsWith(headerPrefix) && !notValues.has(name));
  if (names.length > 1) {
    throw new S3Error(
      400,
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  const name = names[0];
  if (name === undefined) return undefined;
  const algorithm = name.slice(headerPrefix.length);
  const given = header(headers, name) ?? "";
  const actual = checksumOf(algorithm, body);
  if (given !== actual) {
    throw new S3Error(
      400,
      "BadDigest",
      `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
    );
  }
  return { algorithm, value: given };
}

function verifyMd5(md5: string, body: Buffer): void {
  if (Buffer.from(md5, "base64").length !== 16) {
    throw new S3Error(400, "InvalidDigest", "The Content-MD5 you specified was invalid.", {
      "Content-MD5": md5,
    });
  }
  const actual = createHash("md5").update(body).digest("base64");
  if (actual !== md5) {
    throw new S3Error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.", {
      ExpectedDigest: md5,
      CalculatedDigest: actual,
    });
  }
}

function checksumOf(algorithm: string, body: Buffer): string {
  switch (algorithm) {
    case "crc32": {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(crc32(body));
      return bytes.toString("base64");
    }
    case "sha256":
    case "sha1":
      return createHash(algorithm).update(body).digest("base64");
    default:
      throw notImplemented(`the checksum ${algorithm}; use CRC32, SHA256 or SHA1`);
  }
}
