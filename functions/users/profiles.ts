import type { Actor } from "../kernel/auth/actor.ts";
import { environment } from "../kernel/runtime/environment.ts";
import { putPresence } from "../store/presence/presence.ts";
import {
  getProfile,
  type Profile,
  type ProfileChanges,
  putProfile,
  updateProfile,
} from "../store/users/profiles.ts";
import { getRegistration } from "../store/users/registrations.ts";
import { ownAvatarAt } from "./avatar-address.ts";
import { displayNameOf } from "./present.ts";
import { profileFromClaims } from "./profile-from-claims.ts";
import { reserveUsername } from "./reserve-username.ts";

/** Stores the profile of somebody new, unless there is one, and gives the one that there is. */
export async function createProfile(profile: Profile): Promise<Profile> {
  const [stored] = await Promise.all([putProfile(profile), putPresence(profile.id)]);
  return stored;
}

/**
 * The caller's profile, made when they are seen for the first time: of what they registered with, where that waited for an
 * e-mailed code; else of the claims of their token, since an external issuer keeps the accounts, or a registration was cut
 * off between its account and its profile.
 */
export async function ensureProfile(actor: Actor): Promise<Profile> {
  const existing = await getProfile(actor.userId);
  if (existing) return existing;
  const profile = (await getRegistration(actor.userId)) ?? profileFromClaims(actor);
  return createProfile({
    ...profile,
    username: await reserveUsername(profile.username, profile.email ?? "", profile.id),
  });
}

/**
 * Changes the caller's own profile, and gives it as it is then. A client may send back all that it was shown, of which two
 * things change nothing: the address of a picture that was uploaded here, perhaps a while ago, or a picture would come back
 * whose object is removed; and a display name that is made of the other names, or it would be taken for a new one.
 */
export async function updateOwnProfile(actor: Actor, changes: ProfileChanges): Promise<Profile> {
  const profile = await ensureProfile(actor);
  const { profile_picture: picture, display_name: name, ...others } = changes;
  const { first_name: first = profile.first_name, last_name: last = profile.last_name } = others;
  const made = displayNameOf({ ...profile, first_name: first, last_name: last });
  const isPictureShown = ownAvatarAt(actor.userId, picture ?? null) !== undefined;
  const isNameMade = profile.display_name === null && name === made;
  const meant = {
    ...others,
    ...(!isPictureShown && { profile_picture: picture }),
    ...(!isNameMade && { display_name: name }),
  };
  return (await updateProfile(actor.userId, meant)) ?? profile;
}

/** People of whom this container knows that they have a profile. */
const known = new Set<string>();
const knownLimit = 10_000;

/**
 * Whoever an external issuer names is somebody to others from their first call on: they have a profile before it is
 * served. That costs a read for each person and container; with accounts of our own none, since whoever has a token has
 * registered or logged in, which makes the profile.
 */
export async function provisionUser(actor: Actor): Promise<void> {
  if (!environment.hasExternalIssuer || known.has(actor.userId)) return;
  // Loaded when it is needed, which with accounts of our own is never.
  const { ensureProfile } = await import("../users/profiles.ts");
  await ensureProfile(actor);
  if (known.size >= knownLimit) known.clear();
  known.add(actor.userId);
}
