import { isoOf } from "../../kernel/runtime/time.ts";
import { absent, blockedSince, type Presence, presenceSeenBy } from "../presence/presence.ts";
import { blankProfile, type Profile } from "./profiles.ts";

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
function unknownProfile(id: string): Profile {
  return {
    ...blankProfile(id, "unknown"),
    created_at: isoOf(0),
  };
}

function presenceOf(people: People, userId: string): Presence {
  return people.presences.get(userId) ?? absent(userId);
}

/**
 * A person as a viewer sees them, whose presence should have been read too: it tells whom the viewer blocks. Without a
 * viewer it is the person as they are, for what all see alike.
 */
export function personOf(people: People, userId: string, viewerId?: string): Person {
  const presence = presenceOf(people, userId);
  return {
    profile: people.profiles.get(userId) ?? unknownProfile(userId),
    presence: viewerId === undefined ? presence : presenceSeenBy(presence, presenceOf(people, viewerId)),
  };
}

/** Whether one of two people blocks the other, as their presences tell. */
export function areBlocked(people: People, one: string, other: string): boolean {
  return blockedSince(presenceOf(people, one), presenceOf(people, other)) !== undefined;
}
