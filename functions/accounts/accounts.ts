import type { User } from "../../contract/objects/user.ts";
import { type Actor, actorFromClaims } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { environment } from "../kernel/runtime/environment.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { confirmAtOnce, logIn, refreshTokens, signUp, type Tokens } from "../store/users/accounts.ts";
import type { Profile, ProfileChanges } from "../store/users/profiles.ts";
import { putRegistration, usernameSeconds } from "../store/users/registrations.ts";
import { claimUsername, getUsernameClaim, releaseUsername } from "../store/users/usernames.ts";
import { chooseUsername } from "../users/choose-username.ts";
import { presentSelf } from "../users/present.ts";
import { createProfile, ensureProfile } from "../users/profiles.ts";

interface Registration extends ProfileChanges {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/**
 * Creates an account: claims the username, creates the account, then stores the profile. If
 * interrupted: the username stays claimed, or the account has no profile. Repaired by: the claim
 * expires, or the same e-mail address claims it again; the first login creates the profile. If a
 * code must be confirmed first, no other user sees the profile before that login. Then the username
 * is reserved only as long as the code is valid. Throws `conflict` for a username or an e-mail
 * address that is taken.
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
    // If the address has an account, another call for it may be about to keep this very claim.
    const mayBeClaimed = error instanceof ApiError && error.code === "conflict";
    await releaseUsername(username, email, mayBeClaimed ? 60 : -1);
    throw error;
  });
  const confirmed = environment.confirmsAtOnce;
  const reservedSeconds = confirmed ? undefined : usernameSeconds;
  const profile: Profile = {
    id: userId,
    username: await chooseUsername(username, email, userId, reservedSeconds),
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

/**
 * Returns the caller that a token names. Cognito itself has just issued the token, so it needs no
 * verification.
 */
function actorOfFreshToken(idToken: string): Actor {
  const payload = idToken.split(".")[1] ?? "";
  const actor = actorFromClaims(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
  if (!actor) throw new Error("Cognito issued an id token without a subject.");
  return actor;
}

/** The tokens of a logged-in user, and their profile. */
export interface LoginSession extends Tokens {
  readonly refreshToken: string;
  readonly user: User;
}

async function sessionOf(tokens: Tokens, refreshToken: string): Promise<LoginSession> {
  const profile = await ensureProfile(actorOfFreshToken(tokens.idToken));
  return { ...tokens, refreshToken, user: await presentSelf(profile) };
}

/**
 * Returns the e-mail address for a login. For an unknown username it returns the name itself, which
 * belongs to no account.
 */
async function addressOf(name: string): Promise<string> {
  return name.includes("@") ? name.toLowerCase() : ((await getUsernameClaim(name))?.email ?? name);
}

/**
 * Logs a user in. Throws `not_confirmed`, or `invalid_credentials`, which is the same for an
 * unknown account and a wrong password.
 */
export async function openSession(name: string, password: string): Promise<LoginSession> {
  const address = await addressOf(name);
  const tokens = await logIn(address, password).catch(async (error: unknown) => {
    // The registration was interrupted before it confirmed the account, where that needs no code.
    // So it is confirmed now.
    const isInterrupted =
      error instanceof ApiError && error.code === "not_confirmed" && environment.confirmsAtOnce;
    if (!isInterrupted) throw error;
    await confirmAtOnce(address);
    return logIn(address, password);
  });
  if (tokens.refreshToken === undefined) throw new Error("Cognito issued no refresh token at log-in.");
  return sessionOf(tokens, tokens.refreshToken);
}

/**
 * Returns new tokens. The refresh token stays the same if Cognito does not rotate it. Throws
 * `invalid_credentials`.
 */
export async function renewSession(refreshToken: string): Promise<LoginSession> {
  const tokens = await refreshTokens(refreshToken);
  return sessionOf(tokens, tokens.refreshToken ?? refreshToken);
}
