import { createHash, createHmac } from "node:crypto";
import { environment } from "../runtime/environment.ts";

/** A request that a client will send. */
interface PresignedRequest {
  readonly method: "GET" | "PUT";
  /** The object's address, whose path needs no escaping. */
  readonly url: string;
  /** Headers that must come with the request, exactly so. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Further parameters of the query, which cannot be changed either. */
  readonly query?: Readonly<Record<string, string>>;
  /** Seconds in which the request must begin. */
  readonly expiresIn: number;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

/**
 * Encodes a text by RFC 3986. encodeURIComponent leaves five characters that the signature needs
 * escaped.
 */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1;
}

/**
 * Returns a URL for one exact request to S3, which needs no credentials for a while: Signature
 * Version 4 in the query. It acts with this function's own role, so it allows nothing that the role
 * may not do.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 *
 * The SDK's presigner is not used, for two reasons. Messages are presented in one go, without
 * waiting for each of their URLs. And that presigner brings the whole client for S3. A test
 * compares the result with the SDK's own signer.
 */
export function presign({ method, url, headers = {}, query = {}, expiresIn }: PresignedRequest): string {
  const { accessKeyId, secretAccessKey, sessionToken, region } = environment.credentials;
  const { host, pathname } = new URL(url);
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const signed = Object.entries({ ...headers, host }).sort(byName);
  const names = signed.map(([name]) => name).join(";");
  const parameters = Object.entries({
    ...query,
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD",
    "X-Amz-Credential": `${accessKeyId}/${scope}`,
    "X-Amz-Date": time,
    "X-Amz-Expires": String(expiresIn),
    "X-Amz-Security-Token": sessionToken,
    "X-Amz-SignedHeaders": names,
  })
    .sort(byName)
    .map(([name, value]) => `${percentEncoded(name)}=${percentEncoded(value)}`)
    .join("&");
  const request = [
    method,
    pathname,
    parameters,
    ...signed.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    "UNSIGNED-PAYLOAD",
  ].join("\n");
  const key = [region, "s3", "aws4_request"].reduce<Buffer>(hmac, hmac(`AWS4${secretAccessKey}`, day));
  const signature = hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha256(request)].join("\n")).toString("hex");
  return `${url}?${parameters}&X-Amz-Signature=${signature}`;
}
