/**
 * Profiles: what users say about themselves.
 *   one by id, many by id     USER#u / PROFILE
 * A username is unique because of the item that claims it (usernames.ts).
 */
import { isoNow } from "../../kernel/runtime/time.ts";
import { keys } from "../table/keys.ts";
import { getItem, getItems, type Item, putIfAbsent, updateItem } from "../table/table.ts";

export interface Profile {
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
  readonly display_name: string | null;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly profile_picture: string | null;
  readonly bio: string | null;
  readonly specialization: string | null;
  readonly institution: string | null;
  readonly role: string | null;
  readonly is_verified: boolean;
  readonly created_at: string;
}

/** Returns a new profile with only an id and a username. */
export function blankProfile(id: string, username: string): Profile {
  return {
    id,
    username,
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
    created_at: isoNow(),
  };
}

/** The fields that a user changes in their own profile. */
const ownFields = [
  "display_name",
  "first_name",
  "last_name",
  "profile_picture",
  "bio",
  "specialization",
  "institution",
  "role",
] as const;
export type ProfileChanges = { readonly [F in (typeof ownFields)[number]]?: string | null | undefined };

function stringOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

export function profileFromItem(item: Item): Profile {
  return {
    id: String(item.id),
    username: String(item.username),
    email: stringOr(item.email),
    display_name: stringOr(item.display_name),
    first_name: stringOr(item.first_name),
    last_name: stringOr(item.last_name),
    profile_picture: stringOr(item.profile_picture),
    bio: stringOr(item.bio),
    specialization: stringOr(item.specialization),
    institution: stringOr(item.institution),
    role: stringOr(item.role),
    is_verified: item.is_verified === true,
    created_at: String(item.created_at),
  };
}

export function profileAttributes(profile: Profile) {
  return Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== null));
}

export function newProfileItem(profile: Profile) {
  return {
    ...keys.profile(profile.id),
    ...profileAttributes(profile),
  };
}

export async function getProfile(
  userId: string,
  read: "consistent" | "eventual" = "eventual",
): Promise<Profile | undefined> {
  const item = await getItem(keys.profile(userId), read);
  return item && profileFromItem(item);
}

/** Returns the profiles of those ids that have one. */
export async function getProfiles(userIds: readonly string[]): Promise<Map<string, Profile>> {
  const items = await getItems([...new Set(userIds)].map(keys.profile));
  return new Map(items.map((item) => [String(item.id), profileFromItem(item)]));
}

/** Puts a profile if there is none. Returns the stored one. */
export async function putProfile(profile: Profile): Promise<Profile> {
  const outcome = await putIfAbsent(newProfileItem(profile));
  return outcome.done || !outcome.item ? profile : profileFromItem(outcome.item);
}

/** The fields that say who a user is: a verification holds as long as these stay. */
const verifiedFields: readonly (typeof ownFields)[number][] = [
  "display_name",
  "first_name",
  "last_name",
  "specialization",
  "institution",
  "role",
];

/**
 * Returns conditions that hold if the verified fields among the changes have their new values
 * already.
 */
function sameAsVerified(changes: ProfileChanges): string[] {
  return verifiedFields
    .filter((field) => changes[field] !== undefined)
    .map((field) => (changes[field] === null ? `attribute_not_exists(#${field})` : `#${field} = :${field}`));
}

/**
 * Changes the given fields. Returns undefined if there is no profile. A user who changes a verified
 * field is no longer verified.
 */
export async function updateProfile(userId: string, changes: ProfileChanges): Promise<Profile | undefined> {
  const set = Object.fromEntries(ownFields.map((field) => [field, changes[field]]));
  if (ownFields.every((field) => changes[field] === undefined)) return getProfile(userId);
  const same = sameAsVerified(changes);
  const exists = "attribute_exists(pk)";
  const kept = await updateItem(keys.profile(userId), {
    set,
    ...(same.length === 0
      ? { condition: exists }
      : {
          condition: [exists, `(is_verified <> :yes OR (${same.join(" AND ")}))`],
          values: { yes: true },
        }),
    returns: "ALL_NEW",
  });
  const outcome =
    kept.done || !kept.item
      ? kept
      : await updateItem(keys.profile(userId), {
          set: { ...set, is_verified: false },
          condition: exists,
          returns: "ALL_NEW",
        });
  return outcome.done ? profileFromItem(outcome.item) : undefined;
}

/**
 * Records whether a user is verified, which they cannot say themselves. Returns undefined if there
 * is no profile.
 */
export async function updateVerification(userId: string, isVerified: boolean): Promise<Profile | undefined> {
  const outcome = await updateItem(keys.profile(userId), {
    set: { is_verified: isVerified },
    condition: "attribute_exists(pk)",
    returns: "ALL_NEW",
  });
  return outcome.done ? profileFromItem(outcome.item) : undefined;
}
