import { absent, type Presence } from "./presence.ts";
import type { Profile } from "./profiles.ts";

/** A profile with its presence, as most answers show somebody. */
export interface Person {
  readonly profile: Profile;
  readonly presence: Presence;
}

/** What was read of some people (see together.ts). */
export interface People {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly presences: ReadonlyMap<string, Presence>;
}

/** Stands for somebody whose profile is gone: what they wrote stays. */
const unknownProfile = (id: string): Profile => ({
  id,
  username: "unknown",
  email: null,
  display_name: null,
  first_name: null,
  last_name: null,
  profile_picture: null,
  bio: null,
  specialization: null,
  institution: null,
  role: null,
  is_verified: false,
  created_at: new Date(0).toISOString(),
});

export const personOf = (people: People, userId: string): Person => ({
  profile: people.profiles.get(userId) ?? unknownProfile(userId),
  presence: people.presences.get(userId) ?? absent(userId),
});
