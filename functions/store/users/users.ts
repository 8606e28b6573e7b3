import { isoOf } from "../../kernel/runtime/time.ts";
import { absentPresence, blockedSince, type Presence, presenceSeenBy } from "../presence/presence.ts";
import { blankProfile, type Profile } from "./profiles.ts";

/** A profile with its presence, as most answers show a user. */
export interface Person {
  readonly profile: Profile;
  readonly presence: Presence;
}

/** The profiles and presences of some users (see batch-get.ts). */
export interface People {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly presences: ReadonlyMap<string, Presence>;
}

/** Stands for a user whose profile was deleted: their messages stay. */
function unknownProfile(id: string): Profile {
  return {
    ...blankProfile(id, "unknown"),
    created_at: isoOf(0),
  };
}

function presenceOf(people: People, userId: string): Presence {
  return people.presences.get(userId) ?? absentPresence(userId);
}

/**
 * Returns a person as a viewer sees them. The viewer's presence must have been read too: it says
 * whom they block. Without a viewer, returns the person as all users see them.
 */
export function personOf(people: People, userId: string, viewerId?: string): Person {
  const presence = presenceOf(people, userId);
  return {
    profile: people.profiles.get(userId) ?? unknownProfile(userId),
    presence: viewerId === undefined ? presence : presenceSeenBy(presence, presenceOf(people, viewerId)),
  };
}

/** Returns whether one of two users blocks the other, by their presences. */
export function areBlocked(people: People, one: string, other: string): boolean {
  return blockedSince(presenceOf(people, one), presenceOf(people, other)) !== undefined;
}
