/** Who is calling. Always from a verified token, never from what the client says of itself. */
export interface Actor {
  readonly userId: string;
  /** The claims of the caller's token; empty where only the id was kept (an open socket). */
  readonly claims: Readonly<Record<string, unknown>>;
  /** When the caller's token expires, in seconds since 1970. */
  readonly tokenExpiresAt: number;
}

const stringOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** The caller named by the claims of a verified token; undefined if they lack a subject or an expiry. */
export const actorFromClaims = (claims: Readonly<Record<string, unknown>>): Actor | undefined => {
  const userId = stringOf(claims.sub);
  const tokenExpiresAt = Number(claims.exp);
  if (userId === undefined || !Number.isFinite(tokenExpiresAt)) return undefined;
  return { userId, claims, tokenExpiresAt };
};

/** The text of a claim, if the token has it. */
export const claim = (actor: Actor, name: string): string | undefined => stringOf(actor.claims[name]);
