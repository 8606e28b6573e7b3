/** Checks signed requests against Signature Version 4, computed here from its documentation. */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

const form =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;

/** The headers that every such request must sign; the digest stands for its body. */
const mustBeSigned = ["host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"];

/**
 * Returns whether a request without a query is signed with this secret for this service.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function isSignedBy(
  secret: string,
  service: string,
  request: {
    readonly method: string;
    readonly url: string;
    readonly headers: IncomingHttpHeaders;
    readonly text: string;
  },
): boolean {
  const { method, url, headers, text } = request;
  const [, , day = "", region = "", of = "", signed = "", signature = ""] =
    form.exec(headers.authorization ?? "") ?? [];
  const time = String(headers["x-amz-date"]);
  const names = signed.split(";");
  if (of !== service || !time.startsWith(day) || url.includes("?")) return false;
  if (!mustBeSigned.every((name) => names.includes(name))) return false;
  if (headers["x-amz-content-sha256"] !== sha256(text)) return false;
  const canonical = [
    method,
    url,
    "",
    ...names.map((name) => `${name}:${String(headers[name]).trim()}`),
    "",
    signed,
    sha256(text),
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [region, service, "aws4_request"].reduce<Buffer>(hmac, hmac(`AWS4${secret}`, day));
  const expected = hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n")).toString("hex");
  return timingSafeEqual(Buffer.from(expected), Buffer.from(signature.padEnd(64)));
}
