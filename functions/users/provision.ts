import type { Actor } from "../kernel/auth/actor.ts";
import { environment } from "../kernel/runtime/environment.ts";

/** Ids of users for whom this container knows that they have a profile. */
const known = new Set<string>();
const knownLimit = 10_000;

/**
 * Creates the profile of an external issuer's user before their first request is served. From then
 * on other users can find them. It costs one read per user and container. With own accounts it
 * costs none: a user with a token has registered or logged in, which creates the profile.
 */
export async function provisionUser(actor: Actor): Promise<void> {
  if (!environment.hasExternalIssuer || known.has(actor.userId)) return;
  // Loaded when it is needed, which is never the case with own accounts.
  const { ensureProfile } = await import("./profiles.ts");
  await ensureProfile(actor);
  if (known.size >= knownLimit) known.clear();
  known.add(actor.userId);
}
