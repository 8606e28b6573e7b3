import { digest, longestId } from "../runtime/ids.ts";

/** Who is calling. Always from a verified token, never from what the client says of itself. */
export interface Actor {
  readonly userId: string;
  /** The claims of the caller's token; empty where only the id was kept (an open socket). */
  readonly claims: Readonly<Record<string, unknown>>;
  /** When the caller's token expires, in seconds since 1970. */
  readonly tokenExpiresAt: number;
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * The id of the user whom an issuer calls so. It stands in paths, keys and sets of the table, so a subject of other signs,
 * or of more than an id has, is named by its digest. No subject is taken as it is that begins with `~`: none can be made
 * to look like another's digest.
 */
function userIdOf(subject: string): string {
  return subject.length <= longestId && /^(?!\.+$)[\w.:|@-]+$/.test(subject)
    ? subject
    : `~${digest(subject)}`;
}

/** The caller named by the claims of a verified token; undefined if they lack a subject or an expiry. */
export function actorFromClaims(claims: Readonly<Record<string, unknown>>): Actor | undefined {
  const subject = stringOf(claims.sub);
  const tokenExpiresAt = Number(claims.exp);
  if (subject === undefined || !Number.isFinite(tokenExpiresAt)) return undefined;
  return { userId: userIdOf(subject), claims, tokenExpiresAt };
}

/** The text of a claim, if the token has it. */
export function claim(actor: Actor, name: string): string | undefined {
  return stringOf(actor.claims[name]);
}

/**
 * The groups that a claim names. An HTTP API passes claims on as text, and a list as `[one two]`, so names with spaces
 * cannot be told from several names: the stack takes none for a group that decides anything, and Cognito has none
 * (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html).
 * https://github.com/aws-solutions-library-samples/guidance-for-claude-code-with-amazon-bedrock/issues/802
 */
export function groupsOf(actor: Actor, name: string): readonly string[] {
  const value = claim(actor, name);
  if (value === undefined) return [];
  const list = /^\[(.*)\]$/s.exec(value)?.[1];
  return list === undefined ? [value] : list.split(" ").filter(Boolean);
}
