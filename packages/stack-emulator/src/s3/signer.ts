import { timingSafeEqual } from "node:crypto";
import { Hash } from "@smithy/hash-node";
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

/** The signer wants a constructor, to which it gives its secret. */
const Sha256 = Hash.bind(null, "sha256");

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
