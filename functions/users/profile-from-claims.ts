import { email as emailSchema, usernameLimit, username as usernameSchema } from "../../contract/auth.ts";
import { profileFields, profileLimits } from "../../contract/objects/profile.ts";
import { type Actor, claim } from "../kernel/auth/actor.ts";
import { hexDigest } from "../kernel/runtime/ids.ts";
import { blankProfile, type Profile } from "../store/users/profiles.ts";
import { usernamePrefix } from "./choose-username.ts";

/** Returns the start of a claim, up to the contract's limit; null if nothing is left. */
function textOf(actor: Actor, name: string, limit: number): string | null {
  return [...(claim(actor, name) ?? "").toWellFormed().trim()].slice(0, limit).join("").trim() || null;
}

/**
 * Returns the claim's picture if the contract accepts it. A picture embedded in the claim, for
 * example, is left out.
 */
function pictureOf(actor: Actor): string | null {
  return profileFields().shape.profile_picture.safeParse(claim(actor, "picture")).data ?? null;
}

function addressOf(actor: Actor): string | null {
  return emailSchema().safeParse(claim(actor, "email")).data ?? null;
}

/**
 * Returns whether a username may contain a character, both as written and in the compared form (see
 * contract/auth.ts).
 */
function isUsernameCharacter(character: string): boolean {
  return /^[\p{L}\p{N}._-]+$/u.test(character + character.normalize("NFKC"));
}

/**
 * Returns the username that the claims suggest. It is the preferred one, or the part of the address
 * before `@`, or one made from the id.
 */
function wantedUsername(actor: Actor): string {
  const wanted =
    claim(actor, "preferred_username") ?? claim(actor, "nickname") ?? claim(actor, "email")?.split("@")[0];
  const clean = [...(wanted ?? "")]
    .filter(isUsernameCharacter)
    .join("")
    .replace(/^[._-]+/, "");
  return (
    usernameSchema().safeParse(usernamePrefix(clean, usernameLimit)).data ??
    `user-${hexDigest(actor.userId, 10)}`
  );
}

/**
 * Returns a profile made from the claims of a user's token. It keeps the limits of profile fields,
 * because an issuer knows none of them. Its username is the wanted one, which may be taken.
 */
export function profileFromClaims(actor: Actor): Profile {
  return {
    ...blankProfile(actor.userId, wantedUsername(actor)),
    email: addressOf(actor),
    display_name: textOf(actor, "name", profileLimits.display_name),
    first_name: textOf(actor, "given_name", profileLimits.first_name),
    last_name: textOf(actor, "family_name", profileLimits.last_name),
    profile_picture: pictureOf(actor),
  };
}
