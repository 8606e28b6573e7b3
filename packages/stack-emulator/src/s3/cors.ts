import type { BucketConfig, CorsRule } from "./bucket-config.ts";
import { S3Error } from "./errors.ts";
import { header, type S3Request } from "./request.ts";

/**
 * Answers a preflight request: the first rule that allows origin, method and all headers decides.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html
 */
export function preflightHeaders(request: S3Request, bucket: BucketConfig): Record<string, string> {
  const origin = header(request.headers, "origin");
  const method = header(request.headers, "access-control-request-method");
  if (origin === undefined || method === undefined) {
    throw new S3Error(400, "BadRequest", "Insufficient information. Origin request header needed.");
  }
  const asked = header(request.headers, "access-control-request-headers");
  const names = (asked ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  const rule = bucket.cors.find(
    (r) => allows(r, origin, method) && names.every((name) => allowsHeader(r, name)),
  );
  if (rule === undefined) {
    const why =
      bucket.cors.length === 0
        ? "CORS is not enabled for this bucket."
        : "This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
    throw new S3Error(403, "AccessForbidden", `CORSResponse: ${why}`, {
      Method: method,
      ResourceType: "OBJECT",
    });
  }
  return {
    ...allowed(rule, origin),
    ...(names.length === 0 ? {} : { "access-control-allow-headers": names.join(", ") }),
    ...(rule.maxAgeSeconds === undefined ? {} : { "access-control-max-age": String(rule.maxAgeSeconds) }),
  };
}

/**
 * The CORS headers of the answer to an actual request; none when no rule allows it, which the
 * browser then refuses.
 */
export function corsHeaders(request: S3Request, bucket: BucketConfig | undefined): Record<string, string> {
  const origin = header(request.headers, "origin");
  const rule = origin === undefined ? undefined : bucket?.cors.find((r) => allows(r, origin, request.method));
  if (origin === undefined || rule === undefined) return {};
  return {
    ...allowed(rule, origin),
    ...(rule.exposedHeaders.length === 0
      ? {}
      : { "access-control-expose-headers": rule.exposedHeaders.join(", ") }),
  };
}

function allowed(rule: CorsRule, origin: string): Record<string, string> {
  const isOpen = rule.allowedOrigins.includes("*");
  return {
    "access-control-allow-origin": isOpen ? "*" : origin,
    "access-control-allow-methods": rule.allowedMethods.join(", "),
    // Credentials and '*' exclude each other for browsers, and S3 leaves the header out then.
    ...(isOpen ? {} : { "access-control-allow-credentials": "true" }),
    vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  };
}

const allows = (rule: CorsRule, origin: string, method: string): boolean =>
  rule.allowedMethods.includes(method) &&
  rule.allowedOrigins.some((pattern) => wildcardMatches(pattern, origin));

const allowsHeader = (rule: CorsRule, name: string): boolean =>
  rule.allowedHeaders.some((pattern) => wildcardMatches(pattern.toLowerCase(), name));

/** One `*` at most, standing for any run of characters: all that S3 takes in a rule. */
function wildcardMatches(pattern: string, value: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === value;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return value.length >= before.length + after.length && value.startsWith(before) && value.endsWith(after);
}
