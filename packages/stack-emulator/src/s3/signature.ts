import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Clock } from "../clock.ts";
import {
  type CredentialScope,
  credentialScope,
  malformed,
  parseAmzDate,
  type SignatureContext,
} from "./credential.ts";
import { accessDenied, S3Error } from "./errors.ts";
import { header, type S3Request } from "./request.ts";
import { requireSame, signer } from "./signer.ts";

const algorithm = "AWS4-HMAC-SHA256";
const skewMs = 15 * 60_000;
const weekSeconds = 7 * 24 * 3600;

/**
 * Returns the signer of the request. Throws the answer of S3 if it is unsigned, expired or altered.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 * An unsigned request is always refused, as it is on a bucket whose public access is blocked.
 */
export async function authenticate(request: S3Request, context: SignatureContext): Promise<string> {
  const authorization = header(request.headers, "authorization");
  if (authorization !== undefined && request.query.has("X-Amz-Algorithm")) {
    throw new S3Error(
      400,
      "InvalidArgument",
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization header should be specified",
    );
  }
  if (authorization !== undefined) return authenticateHeader(request, authorization, context);
  if (request.query.has("X-Amz-Algorithm")) return authenticateQuery(request, context);
  throw accessDenied();
}

async function authenticateHeader(
  request: S3Request,
  authorization: string,
  context: SignatureContext,
): Promise<string> {
  const match =
    /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)$/.exec(
      authorization,
    );
  const [, credential, signedHeaders, signature] = match ?? [];
  if (credential === undefined || signedHeaders === undefined || signature === undefined) {
    throw malformed(
      "The authorization header is malformed; it must be AWS4-HMAC-SHA256 with Credential, SignedHeaders and Signature.",
    );
  }
  const scope = credentialScope(credential, context);
  const amzDate = header(request.headers, "x-amz-date") ?? "";
  const signingDate = parseAmzDate(amzDate);
  if (signingDate === undefined || !amzDate.startsWith(scope.date)) {
    throw accessDenied("AWS authentication requires a valid Date or x-amz-date header");
  }
  if (Math.abs(signingDate.getTime() - context.clock.now()) > skewMs) {
    throw new S3Error(
      403,
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
      {
        RequestTime: amzDate,
        ServerTime: isoSeconds(context.clock.now()),
        MaxAllowedSkewMilliseconds: String(skewMs),
      },
    );
  }
  const names = signedNames(request, signedHeaders);
  const signed = await signer(scope, context.region).sign(
    { ...wireRequest(request, names), query: Object.fromEntries(request.query) },
    { signingDate, signableHeaders: names },
  );
  const expected = /Signature=([0-9a-f]+)$/.exec(signed.headers.authorization ?? "")?.[1] ?? "";
  const expectedNames = /SignedHeaders=([^,]+),/.exec(signed.headers.authorization ?? "")?.[1] ?? "";
  requireSame(expected, signature, scope.accessKeyId, expectedNames === signedHeaders);
  requirePayload(request);
  return scope.accessKeyId;
}

async function authenticateQuery(request: S3Request, context: SignatureContext): Promise<string> {
  const { query } = request;
  const required = (name: string): string => {
    const value = query.get(name);
    if (value === undefined || value === "") {
      throw queryError(
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
      );
    }
    return value;
  };
  if (required("X-Amz-Algorithm") !== algorithm)
    throw queryError('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const signature = required("X-Amz-Signature");
  const signedHeaders = required("X-Amz-SignedHeaders");
  const expires = Number(required("X-Amz-Expires"));
  const signingDate = parseAmzDate(required("X-Amz-Date"));
  const scope = credentialScope(required("X-Amz-Credential"), context);
  if (signingDate === undefined)
    throw queryError("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  if (!Number.isInteger(expires)) throw queryError("X-Amz-Expires should be a number");
  if (expires < 0) throw queryError("X-Amz-Expires must be non-negative");
  if (expires > weekSeconds) {
    throw queryError(
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
    );
  }
  requireUnexpired(signingDate, expires, context.clock);

  const names = signedNames(request, signedHeaders);
  const { "X-Amz-Signature": _, "X-Amz-Content-Sha256": sha256, ...signedQuery } = Object.fromEntries(query);
  const wire = wireRequest(request, names);
  const presigned = await signer(scope, context.region).presign(
    {
      ...wire,
      // The signer hoists this header back into the query, where it came from, and takes the
      // payload hash from it.
      headers: sha256 === undefined ? wire.headers : { ...wire.headers, "X-Amz-Content-Sha256": sha256 },
      query: signedQuery,
      // A stream makes the signer use UNSIGNED-PAYLOAD, which is what S3 assumes of a presigned
      // URL.
      body: Readable.from([]),
    },
    { signingDate, expiresIn: expires, signableHeaders: names, unhoistableHeaders: names },
  );
  const expectedNames = presigned.query?.["X-Amz-SignedHeaders"];
  requireSame(
    String(presigned.query?.["X-Amz-Signature"]),
    signature,
    scope.accessKeyId,
    expectedNames === signedHeaders,
  );
  return scope.accessKeyId;
}

function requireUnexpired(signingDate: Date, expiresSeconds: number, clock: Clock): void {
  const now = clock.now();
  const end = signingDate.getTime() + expiresSeconds * 1000;
  if (now >= end) {
    throw accessDenied("Request has expired", {
      "X-Amz-Expires": String(expiresSeconds),
      Expires: isoSeconds(end),
      ServerTime: isoSeconds(now),
    });
  }
  if (signingDate.getTime() - now > skewMs) throw accessDenied("Request is not yet valid");
}

/**
 * Checks the signature of a POST policy: over its base64 text, with the key of the form's
 * credential.
 */
export async function requirePolicySignature(
  policy: string,
  signature: string,
  scope: CredentialScope,
  signingDate: Date,
  region: string,
): Promise<void> {
  const expected = await signer(scope, region).sign(policy, { signingDate });
  requireSame(expected, signature, scope.accessKeyId, true);
}

/**
 * The signed headers. `host` must be among them, and so must every x-amz-* header of the request:
 * S3 names the missing ones (https://github.com/aws/aws-sdk-js-v3/issues/3906 shows its answer).
 */
function signedNames(request: S3Request, signedHeaders: string): Set<string> {
  const names = new Set(signedHeaders.split(";"));
  const unsigned = Object.keys(request.headers).filter(
    (name) => (name === "host" || name.startsWith("x-amz-")) && !names.has(name),
  );
  if (unsigned.length > 0) {
    throw accessDenied("There were headers present in the request which were not signed", {
      HeadersNotSigned: unsigned.join(", "),
    });
  }
  return names;
}

function wireRequest(request: S3Request, names: ReadonlySet<string>) {
  const headers: Record<string, string> = {};
  for (const name of names) {
    const value = header(request.headers, name);
    if (value !== undefined) headers[name] = value;
  }
  // The signer takes the path as it is given, so it is encoded here once, as S3 encodes what it
  // received.
  const path = request.path.split("/").map(encodeSegment).join("/");
  return { method: request.method, protocol: "http:", hostname: "", path, headers, body: request.body };
}

const encodeSegment = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

function requirePayload(request: S3Request): void {
  const declared = header(request.headers, "x-amz-content-sha256");
  if (declared === undefined) {
    throw new S3Error(
      400,
      "InvalidRequest",
      "Missing required header for this request: x-amz-content-sha256",
    );
  }
  if (declared === "UNSIGNED-PAYLOAD" || declared.startsWith("STREAMING-")) return;
  const actual = createHash("sha256").update(request.body).digest("hex");
  if (declared !== actual) {
    throw new S3Error(
      400,
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      {
        ClientComputedContentSHA256: declared,
        S3ComputedContentSHA256: actual,
      },
    );
  }
}

const queryError = (message: string): S3Error =>
  new S3Error(400, "AuthorizationQueryParametersError", message);

const isoSeconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
