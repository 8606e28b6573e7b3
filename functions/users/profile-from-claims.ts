import { email as emailSchema, usernameLimit, username as usernameSchema } from "../../contract/auth.ts";
import { profileFields, profileLimits } from "../../contract/objects/profile.ts";
import { type Actor, claim } from "../kernel/auth/actor.ts";
import { nameSigns } from "../kernel/runtime/ids.ts";
import { blankProfile, type Profile } from "../store/users/profiles.ts";
import { usernamePrefix } from "./reserve-username.ts";

/** The beginning of a claim, as much as the contract has room for; null where nothing is left. */
function textOf(actor: Actor, name: string, limit: number): string | null {
  return [...(claim(actor, name) ?? "").toWellFormed().trim()].slice(0, limit).join("").trim() || null;
}

/** A picture that is none of the contract's, such as one in the claim itself, is left out. */
function pictureOf(actor: Actor): string | null {
  return profileFields().shape.profile_picture.safeParse(claim(actor, "picture")).data ?? null;
}

function addressOf(actor: Actor): string | null {
  return emailSchema().safeParse(claim(actor, "email")).data ?? null;
}

/** What a username may have, as it is written and in the form that is compared (see contract/auth.ts). */
function isUsernameSign(sign: string): boolean {
  return /^[\p{L}\p{N}._-]+$/u.test(sign + sign.normalize("NFKC"));
}

/** A username that the claims suggest: the preferred one, else the part before the `@`, else one of the id. */
function wantedUsername(actor: Actor): string {
  const wanted =
    claim(actor, "preferred_username") ?? claim(actor, "nickname") ?? claim(actor, "email")?.split("@")[0];
  const clean = [...(wanted ?? "")]
    .filter(isUsernameSign)
    .join("")
    .replace(/^[._-]+/, "");
  return (
    usernameSchema().safeParse(usernamePrefix(clean, usernameLimit)).data ??
    `user-${nameSigns(actor.userId, 10)}`
  );
}

/**
 * The profile of somebody as the claims of their token tell it, within the limits that hold for what people say of
 * themselves: an issuer knows none of them. Its username is the one that is wanted.
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
