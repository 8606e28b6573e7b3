import type { Actor } from "../kernel/auth/actor.ts";
import { environment } from "../kernel/runtime/environment.ts";

/** People of whom this container knows that they have a profile. */
const known = new Set<string>();
const knownLimit = 10_000;

/**
 * Whoever an external issuer names is somebody to others from their first call on: they have a profile before it is
 * served. That costs a read for each person and container; with accounts of our own none, since whoever has a token has
 * registered or logged in, which makes the profile.
 */
export const admit = async (actor: Actor): Promise<void> => {
  if (!environment.hasExternalIssuer || known.has(actor.userId)) return;
  // Loaded when it is needed, which with accounts of our own is never.
  const { ensureProfile } = await import("../users/profiles.ts");
  await ensureProfile(actor);
  if (known.size >= knownLimit) known.clear();
  known.add(actor.userId);
};
