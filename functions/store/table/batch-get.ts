/**
 * Reads items of several kinds by their keys, in shared batches of 100.
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

interface BatchGetRequest {
  /** Room ids. */
  readonly heads?: Iterable<string>;
  /** A room and a user each. */
  readonly memberships?: Iterable<readonly [roomId: string, userId: string]>;
  /** User ids. An id may be given several times. */
  readonly profiles?: Iterable<string>;
  readonly presences?: Iterable<string>;
}

interface BatchGetResult {
  readonly heads: readonly Head[];
  readonly memberships: readonly Membership[];
  readonly people: People;
}

/**
 * Returns the wanted items that exist. An eventual read may be a moment old, at half the price of a
 * consistent one.
 */
export async function batchGet(
  wanted: BatchGetRequest,
  read: "consistent" | "eventual" = "eventual",
): Promise<BatchGetResult> {
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
