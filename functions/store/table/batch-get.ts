/**
 * Reads that share their calls: whatever an answer needs of these kinds, by key, in batches of 100.
 *   heads                     ROOM#r / HEAD
 *   memberships               ROOM#r / MEMBER#u
 *   profiles, presences       USER#u / PROFILE, PRESENCE
 */

import { type Presence, presenceFromItem } from "../presence/presence.ts";
import { type Head, headFromItem } from "../rooms/heads.ts";
import { type Membership, membershipFromItem } from "../rooms/memberships.ts";
import { type Profile, profileFromItem } from "../users/profiles.ts";
import type { People } from "../users/users.ts";
import { idOfKey, type Key, keys } from "./keys.ts";
import { prefixes } from "./prefixes.ts";
import { getItems } from "./table.ts";

interface Wanted {
  /** Room ids. */
  readonly heads?: Iterable<string>;
  /** A room and a user each. */
  readonly memberships?: Iterable<readonly [roomId: string, userId: string]>;
  /** User ids, as often as they come. */
  readonly profiles?: Iterable<string>;
  readonly presences?: Iterable<string>;
}

interface Together {
  readonly heads: readonly Head[];
  readonly memberships: readonly Membership[];
  readonly people: People;
}

/** What there is of what is wanted: as it was a moment ago, at half the price, unless it is to be consistent. */
export async function batchGet(
  wanted: Wanted,
  read: "consistent" | "eventual" = "eventual",
): Promise<Together> {
  const all: Key[] = [
    ...[...(wanted.heads ?? [])].map(keys.head),
    ...[...(wanted.memberships ?? [])].map(([roomId, userId]) => keys.membership(roomId, userId)),
    ...[...new Set(wanted.profiles ?? [])].map(keys.profile),
    ...[...new Set(wanted.presences ?? [])].map(keys.presence),
  ];
  const heads: Head[] = [];
  const memberships: Membership[] = [];
  const profiles = new Map<string, Profile>();
  const presences = new Map<string, Presence>();
  for (const item of await getItems(all, read)) {
    const sk = String(item.sk);
    if (sk === prefixes.head) heads.push(headFromItem(item));
    else if (sk === prefixes.profile) profiles.set(idOfKey(String(item.pk)), profileFromItem(item));
    else if (sk === prefixes.presence) presences.set(idOfKey(String(item.pk)), presenceFromItem(item));
    else memberships.push(membershipFromItem(item));
  }
  return { heads, memberships, people: { profiles, presences } };
}
