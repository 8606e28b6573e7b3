import type { Actor } from "../kernel/auth/actor.ts";
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
import { chooseUsername } from "./choose-username.ts";
import { displayNameOf } from "./present.ts";
import { profileFromClaims } from "./profile-from-claims.ts";

/** Stores the profile of a new user, unless they have one. Returns the stored profile. */
export async function createProfile(profile: Profile): Promise<Profile> {
  const [stored] = await Promise.all([putProfile(profile), putPresence(profile.id)]);
  return stored;
}

/**
 * Returns the caller's profile, and creates it at their first call. It is made from their
 * registration if that waited for an e-mailed code. Otherwise it is made from the claims of their
 * token. Then an external issuer keeps the account, or a registration was interrupted between
 * account and profile.
 */
export async function ensureProfile(actor: Actor): Promise<Profile> {
  const existing = await getProfile(actor.userId);
  if (existing) return existing;
  const profile = (await getRegistration(actor.userId)) ?? profileFromClaims(actor);
  return createProfile({
    ...profile,
    username: await chooseUsername(profile.username, profile.email ?? "", profile.id),
  });
}

/**
 * Changes the caller's own profile, and returns it. A client may send back the whole profile that
 * it was shown, so two values in it change nothing. One is the address of a picture that was
 * uploaded here. It may be an old one, whose object is removed, and must not come back. The other
 * is a display name made of the other names: it would be stored as a chosen one.
 */
export async function updateOwnProfile(actor: Actor, changes: ProfileChanges): Promise<Profile> {
  const profile = await ensureProfile(actor);
  const { profile_picture: picture, display_name: name, ...others } = changes;
  const { first_name: first = profile.first_name, last_name: last = profile.last_name } = others;
  const madeName = displayNameOf({ ...profile, first_name: first, last_name: last });
  const isPictureShown = ownAvatarAt(actor.userId, picture ?? null) !== undefined;
  const isNameMade = profile.display_name === null && name === madeName;
  const applied = {
    ...others,
    ...(!isPictureShown && { profile_picture: picture }),
    ...(!isNameMade && { display_name: name }),
  };
  return (await updateProfile(actor.userId, applied)) ?? profile;
}
