/** Checks the values of props. The command line gives them as text. */
import { RetentionDays } from "aws-cdk-lib/aws-logs";

/**
 * The largest upload. One request stores and copies up to 5 GB. But a copy that takes longer than
 * the function's timeout would fail each send.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export const maxObjectMb = 1_000;

/** `INFINITE` is no number of days, and Parley does not offer logs that are never deleted. */
export const retentionDays = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === "number" && days !== RetentionDays.INFINITE,
);

/**
 * Returns whether a URL is https. AWS requires it; the local runner also calls a developer's
 * services on this machine over http.
 */
function isHttps({ protocol, hostname }: URL): boolean {
  return (
    protocol === "https:" || (protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname))
  );
}

export function isIssuer(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && isHttps(url) && url.search === "" && url.hash === "";
}

export function parseEndpoint(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && isHttps(url) && [url.origin, `${url.origin}/`].includes(text) ? url.origin : undefined;
}

/**
 * Returns whether a push service can contact this address:
 * https://www.rfc-editor.org/rfc/rfc8292#section-2.1
 * Apple refuses one at a host that cannot be reached from outside:
 * https://github.com/web-push-libs/web-push/issues/947
 */
export function isContact(text: string): boolean {
  const host =
    /^mailto:[^\s@]+@([^\s@]+)$/.exec(text)?.[1] ?? /^https:\/\/([^\s/:@?#]+)(?:[/:?#]\S*)?$/.exec(text)?.[1];
  return host !== undefined && /\.(?!(?:local|localhost|invalid|internal|test)$)[a-z][\w-]*$/i.test(host);
}

/**
 * Returns the text if Cognito accepts it as the name of a group. It is then valid as the name of a
 * claim too.
 */
export function parseWord(text: string): string | undefined {
  return /^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(text) ? text : undefined;
}

export function parseOrigins(text: string): readonly string[] | undefined {
  const origins = text
    .split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== "");
  const valid = (origin: string): boolean =>
    URL.canParse(origin) && new URL(origin).origin === origin && /^https?:/.test(origin);
  if (origins.includes("*")) return origins.length === 1 ? origins : undefined;
  return origins.every(valid) ? origins : undefined;
}
