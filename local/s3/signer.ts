import { createHash, createHmac, type Hash, type Hmac, timingSafeEqual } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { CredentialScope } from "./credential.ts";
import { S3Error } from "./errors.ts";

/** Signs as the owner of the credential would. */
export function signer(scope: CredentialScope, region: string): SignatureV4 {
  return new SignatureV4({
    credentials: { accessKeyId: scope.accessKeyId, secretAccessKey: scope.secret },
    region,
    service: "s3",
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: false,
  });
}

type Source = string | ArrayBuffer | ArrayBufferView;

/** SHA-256, or its HMAC when there is a secret: the signer wants a constructor. */
class Sha256 {
  private hash: Hash | Hmac;
  private readonly secret: Buffer | undefined;

  constructor(secret?: Source) {
    this.secret = secret === undefined ? undefined : bytesOf(secret);
    this.hash = this.fresh();
  }

  update(data: Source): void {
    this.hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.hash.digest());
  }

  reset(): void {
    this.hash = this.fresh();
  }

  private fresh(): Hash | Hmac {
    return this.secret === undefined ? createHash("sha256") : createHmac("sha256", this.secret);
  }
}

function bytesOf(data: Source): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.from(data);
}

/** Throws unless both signatures are equal, compared in constant time. */
export function requireSame(expected: string, given: string, accessKeyId: string, sameNames: boolean): void {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  if (sameNames && a.length === b.length && timingSafeEqual(a, b)) return;
  throw new S3Error(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    { AWSAccessKeyId: accessKeyId, SignatureProvided: given },
  );
}
