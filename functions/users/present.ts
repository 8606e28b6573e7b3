import type { User } from "../../contract/objects/user.ts";
import { getPresence } from "../store/presence/presence.ts";
import type { Profile } from "../store/users/profiles.ts";
import type { Person } from "../store/users/users.ts";

function fullName(first: string | null, last: string | null): string | null {
  return [first, last].filter((part) => part !== null).join(" ") || null;
}

/** Returns a user's display name: their own choice, or their full name, or their username. */
export function displayNameOf({ display_name, first_name, last_name, username }: Profile): string {
  return display_name ?? fullName(first_name, last_name) ?? username;
}

/**
 * Presents a user as others see them. `seesEmail`: the viewer is the user, shares a room with them,
 * or has them as a contact.
 */
export function presentUser({ profile, presence }: Person, seesEmail: boolean): User {
  return {
    id: profile.id,
    username: profile.username,
    email: seesEmail ? profile.email : null,
    display_name: displayNameOf(profile),
    full_name: fullName(profile.first_name, profile.last_name),
    first_name: profile.first_name,
    last_name: profile.last_name,
    profile_picture: profile.profile_picture,
    // The same picture, under the second name that the contract has for it.
    clerk_profile_image_url: profile.profile_picture,
    bio: profile.bio,
    specialization: profile.specialization,
    institution: profile.institution,
    role: profile.role,
    is_verified: profile.is_verified,
    is_online: presence.isOnline,
    last_seen: presence.lastSeen,
  };
}

/** Presents a user to themself. */
export async function presentSelf(profile: Profile): Promise<User> {
  return presentUser({ profile, presence: await getPresence(profile.id) }, true);
}
