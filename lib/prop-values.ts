/** What the values of props may be, as the command line gives them: text. */
import { RetentionDays } from "aws-cdk-lib/aws-logs";

/**
 * One request stores and copies up to 5 GB; what takes longer to copy than a function has would never be sent.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
 */
export const maxObjectMb = 1_000;

/** `INFINITE` is no number of days, and logs that are never deleted are nobody's wish here. */
export const retentionDays = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === "number" && days !== RetentionDays.INFINITE,
);

/** AWS wants https; the local runner also calls what somebody develops beside it. */
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
 * https://www.rfc-editor.org/rfc/rfc8292#section-2.1; Apple refuses one at a host that nobody could reach:
 * https://github.com/web-push-libs/web-push/issues/947
 */
export function isContact(text: string): boolean {
  const host =
    /^mailto:[^\s@]+@([^\s@]+)$/.exec(text)?.[1] ?? /^https:\/\/([^\s/:@?#]+)(?:[/:?#]\S*)?$/.exec(text)?.[1];
  return host !== undefined && /\.(?!(?:local|localhost|invalid|internal|test)$)[a-z][\w-]*$/i.test(host);
}

/** What Cognito takes as the name of a group, and any claim's name. */
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
