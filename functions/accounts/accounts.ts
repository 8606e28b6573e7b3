import type { User } from "../../contract/objects/user.ts";
import { type Actor, actorFromClaims } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { environment } from "../kernel/runtime/environment.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { confirmAtOnce, logIn, refreshTokens, signUp, type Tokens } from "../store/users/accounts.ts";
import type { Profile, ProfileChanges } from "../store/users/profiles.ts";
import { putRegistration, usernameSeconds } from "../store/users/registrations.ts";
import { claimUsername, getUsernameClaim, releaseUsername } from "../store/users/usernames.ts";
import { presentSelf } from "../users/present.ts";
import { createProfile, ensureProfile } from "../users/profiles.ts";
import { reserveUsername } from "../users/reserve-username.ts";

interface Registration extends ProfileChanges {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/**
 * Creates an account: username claimed, account made, profile stored. A call that ends in between leaves nothing that
 * stands in the way: the claim lapses, or is the same e-mail's to take again, and an account without a profile gets
 * one when it first logs in. Where a code has to be confirmed first, nobody else sees the profile before that log-in, and
 * the username is kept for no longer than the code holds. Throws `conflict` for a username or an e-mail address that is taken.
 */
export async function register(
  registration: Registration,
): Promise<{ profile: Profile; confirmed: boolean }> {
  const { username, email, password } = registration;
  if (!(await claimUsername(username, email)))
    throw new ApiError("conflict", `The username ${username} is taken: choose another one.`);
  const userId = await signUp({
    email,
    username,
    password,
    firstName: registration.first_name ?? null,
    lastName: registration.last_name ?? null,
  }).catch(async (error: unknown) => {
    // Where the address has an account, another call for it may be about to keep this very claim.
    const mayBeKept = error instanceof ApiError && error.code === "conflict";
    await releaseUsername(username, email, mayBeKept ? 60 : -1);
    throw error;
  });
  const confirmed = environment.confirmsAtOnce;
  const lasts = confirmed ? undefined : usernameSeconds;
  const profile: Profile = {
    id: userId,
    username: await reserveUsername(username, email, userId, lasts),
    email,
    display_name: registration.display_name ?? null,
    first_name: registration.first_name ?? null,
    last_name: registration.last_name ?? null,
    profile_picture: registration.profile_picture ?? null,
    bio: registration.bio ?? null,
    specialization: registration.specialization ?? null,
    institution: registration.institution ?? null,
    role: registration.role ?? null,
    is_verified: false,
    created_at: isoNow(),
  };
  if (confirmed) await Promise.all([createProfile(profile), confirmAtOnce(email)]);
  else await putRegistration(profile);
  return { profile, confirmed };
}

/** The caller that a token names which Cognito itself has just given us: no need to verify it. */
function actorOfFreshToken(idToken: string): Actor {
  const payload = idToken.split(".")[1] ?? "";
  const actor = actorFromClaims(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  if (!actor) throw new Error("Cognito gave an id token without a subject.");
  return actor;
}

export interface LoginSession extends Tokens {
  readonly refreshToken: string;
  readonly user: User;
}

async function sessionOf(tokens: Tokens, refreshToken: string): Promise<LoginSession> {
  const profile = await ensureProfile(actorOfFreshToken(tokens.idToken));
  return { ...tokens, refreshToken, user: await presentSelf(profile) };
}

/** The e-mail address of somebody who logs in; for a username that is nobody's, the name itself, which no account has. */
async function addressOf(name: string): Promise<string> {
  return name.includes("@") ? name.toLowerCase() : ((await getUsernameClaim(name))?.email ?? name);
}

/** Throws `invalid_credentials`, alike whether the account is unknown or the password wrong, or `not_confirmed`. */
export async function openSession(name: string, password: string): Promise<LoginSession> {
  const address = await addressOf(name);
  const tokens = await logIn(address, password).catch(async (error: unknown) => {
    // A registration was cut off before it was confirmed, where that is done at once: do it now.
    const isCutOff =
      error instanceof ApiError && error.code === "not_confirmed" && environment.confirmsAtOnce;
    if (!isCutOff) throw error;
    await confirmAtOnce(address);
    return logIn(address, password);
  });
  if (tokens.refreshToken === undefined) throw new Error("Cognito gave no refresh token at log-in.");
  return sessionOf(tokens, tokens.refreshToken);
}

/** New tokens; the refresh token goes on where Cognito does not rotate it. Throws `invalid_credentials`. */
export async function renewSession(refreshToken: string): Promise<LoginSession> {
  const tokens = await refreshTokens(refreshToken);
  return sessionOf(tokens, tokens.refreshToken ?? refreshToken);
}
