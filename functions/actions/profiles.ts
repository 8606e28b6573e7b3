import { putPresence } from "../data/presence.ts";
import {
  getProfile,
  type Profile,
  type ProfileChanges,
  putProfile,
  updateProfile,
} from "../data/profiles.ts";
import { keepUsername } from "../data/usernames.ts";
import { type Actor, claim } from "../kernel/actor.ts";
import { digest } from "../kernel/ids.ts";
import { isoNow } from "../kernel/time.ts";
import { ownAvatarAt } from "./avatar-address.ts";

/** Stores the profile of somebody new, unless there is one, and gives the one that there is. */
export const createProfile = async (profile: Profile): Promise<Profile> => {
  const [stored] = await Promise.all([putProfile(profile), putPresence(profile.id)]);
  return stored;
};

/** A username that the claims suggest: the preferred one, else the part before the `@`, else the id. */
const wantedUsername = (actor: Actor): string => {
  const wanted =
    claim(actor, "preferred_username") ?? claim(actor, "nickname") ?? claim(actor, "email")?.split("@")[0];
  const clean = wanted?.replaceAll(/[^\p{L}\p{N}._-]/gu, "").slice(0, 40);
  return clean || `user-${digest(actor.userId).slice(0, 8)}`;
};

/** Keeps the wanted username for an account, or, where it has become somebody else's, one that ends in a digest. */
export const keepFreeUsername = async (wanted: string, email: string, userId: string): Promise<string> => {
  if (await keepUsername(wanted, email, userId)) return wanted;
  const other = `${wanted}-${digest(userId).slice(0, 6)}`;
  await keepUsername(other, email, userId);
  return other;
};

/**
 * The caller's profile, made from the claims of their token when they are seen for the first time: an external issuer
 * keeps the accounts, or a registration was cut off between its account and its profile.
 */
export const ensureProfile = async (actor: Actor): Promise<Profile> => {
  const existing = await getProfile(actor.userId);
  if (existing) return existing;
  const email = claim(actor, "email")?.toLowerCase() ?? null;
  return createProfile({
    id: actor.userId,
    username: await keepFreeUsername(wantedUsername(actor), email ?? "", actor.userId),
    email,
    display_name: claim(actor, "name") ?? null,
    first_name: claim(actor, "given_name") ?? null,
    last_name: claim(actor, "family_name") ?? null,
    profile_picture: claim(actor, "picture") ?? null,
    bio: null,
    specialization: null,
    institution: null,
    role: null,
    is_verified: false,
    created_at: isoNow(),
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
