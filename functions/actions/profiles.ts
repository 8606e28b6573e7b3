import { putPresence } from "../data/presence.ts";
import {
  getProfile,
  type Profile,
  type ProfileChanges,
  putProfile,
  updateProfile,
} from "../data/profiles.ts";
import { getRegistration } from "../data/registrations.ts";
import { keepUsername } from "../data/usernames.ts";
import type { Actor } from "../kernel/actor.ts";
import { digest } from "../kernel/ids.ts";
import { ownAvatarAt } from "./avatar-address.ts";
import { claimedProfile } from "./claimed-profile.ts";

/** Stores the profile of somebody new, unless there is one, and gives the one that there is. */
export const createProfile = async (profile: Profile): Promise<Profile> => {
  const [stored] = await Promise.all([putProfile(profile), putPresence(profile.id)]);
  return stored;
};

/**
 * Keeps the wanted username for an account, or, where it has become somebody else's, one that ends in a digest: for so many
 * seconds, where they are given.
 */
export const keepFreeUsername = async (
  wanted: string,
  email: string,
  userId: string,
  seconds?: number,
): Promise<string> => {
  if (await keepUsername(wanted, email, userId, seconds)) return wanted;
  const other = `${wanted}-${digest(userId).slice(0, 6)}`;
  await keepUsername(other, email, userId, seconds);
  return other;
};

/**
 * The caller's profile, made when they are seen for the first time: of what they registered with, where that waited for an
 * e-mailed code; else of the claims of their token, since an external issuer keeps the accounts, or a registration was cut
 * off between its account and its profile.
 */
export const ensureProfile = async (actor: Actor): Promise<Profile> => {
  const existing = await getProfile(actor.userId);
  if (existing) return existing;
  const profile = (await getRegistration(actor.userId)) ?? claimedProfile(actor);
  return createProfile({
    ...profile,
    username: await keepFreeUsername(profile.username, profile.email ?? "", profile.id),
  });
};

/**
 * Changes the caller's own profile, and gives it as it is then. The address of a picture that was uploaded here is what a
 * client was shown, perhaps a while ago, and sends back with all else: it changes nothing, or a picture would come back
 * whose object is removed.
 */
export const updateOwnProfile = async (actor: Actor, changes: ProfileChanges): Promise<Profile> => {
  const profile = await ensureProfile(actor);
  const { profile_picture: picture = null, ...others } = changes;
  const isShown = ownAvatarAt(actor.userId, picture) !== undefined;
  return (await updateProfile(actor.userId, isShown ? others : changes)) ?? profile;
};
