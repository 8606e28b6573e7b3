import { digest, longestId } from "../runtime/ids.ts";

/** The caller. It always comes from a verified token, never from what the client claims. */
export interface Actor {
  readonly userId: string;
  /** The claims of the caller's token; empty if only the id was kept, as for an open socket. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** When the caller's token expires, in seconds since 1970. */
  readonly tokenExpiresAt: number;
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Returns the id of the user with an issuer's subject. The id stands in paths, keys and sets of the
 * table. So a subject with other characters, or longer than an id, is replaced by its digest. A
 * subject that begins with `~` is always replaced, so that no subject can look like another's
 * digest.
 */
function userIdOf(subject: string): string {
  return subject.length <= longestId && /^(?!\.+$)[\w.:|@-]+$/.test(subject)
    ? subject
    : `~${digest(subject)}`;
}

/**
 * Returns the caller named by the claims of a verified token; undefined if a subject or an expiry
 * is missing.
 */
export function actorFromClaims(claims: Readonly<Record<string, unknown>>): Actor | undefined {
  const subject = stringOf(claims.sub);
  const tokenExpiresAt = Number(claims.exp);
  if (subject === undefined || !Number.isFinite(tokenExpiresAt)) return undefined;
  return { userId: userIdOf(subject), claims, tokenExpiresAt };
}

/** Returns the text of a claim; undefined if the token lacks it. */
export function claim(actor: Actor, name: string): string | undefined {
  return stringOf(actor.claims[name]);
}

/**
 * Returns the groups that a claim names. An HTTP API passes claims on as text: `[one two]` is a
 * list of two. So a name with spaces looks like several names. The stack accepts no such name for a
 * group that decides anything, and Cognito has none
 * (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html).
 * https://github.com/aws-solutions-library-samples/guidance-for-claude-code-with-amazon-bedrock/issues/802
 */
export function groupsOf(actor: Actor, name: string): readonly string[] {
  const value = claim(actor, name);
  if (value === undefined) return [];
  const list = /^\[(.*)\]$/s.exec(value)?.[1];
  return list === undefined ? [value] : list.split(" ").filter(Boolean);
}
