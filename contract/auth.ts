import * as z from "zod";
import { deferred } from "./deferred.ts";
import { profileFields } from "./objects/profile.ts";
import { user } from "./objects/user.ts";
import { defineOperation } from "./operation.ts";

export const email = deferred(() =>
  z
    .string()
    .trim()
    .toLowerCase()
    .pipe(z.email({ error: "must be an e-mail address" }).max(254)),
);
/** Signs of a username. */
export const usernameLimit = 50;

const usernamePattern = /^[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,48}[\p{L}\p{N}])?$/u;

/**
 * Letters, digits, `.`, `_` and `-`: what `@username` can name in a message. Kept as it is given, unique in any case and in
 * any of the ways in which Unicode can write it: so it is held to the same in the form that is compared, where `½` has a
 * slash and `ﬀ` two letters.
 */
export const username = deferred(() =>
  z
    .string()
    .trim()
    .regex(usernamePattern, {
      abort: true,
      error:
        "must be 1 to 50 letters, digits, dots, underscores or hyphens, and begin and end with a letter or digit",
    })
    .refine((name) => usernamePattern.test(name.normalize("NFKC")), {
      error: "must be that in Unicode's form NFKC too: leave out signs that stand for several, such as ½",
    }),
);
const password = deferred(() => z.string().min(1).max(256));
const code = deferred(() => z.string().trim().min(1).max(64));
// Cognito's own limit: a refresh token has at most 2,048 characters at an external issuer, and fewer from a pool.
const refreshToken = deferred(() => z.string().min(1).max(4096));

const tokens = deferred(() =>
  z
    .object({
      access_token: z.string(),
      id_token: z.string(),
      refresh_token: z.string(),
      token_type: z.literal("Bearer"),
      /** Seconds until the access token and the id token expire. */
      expires_in: z.int().positive(),
      user: user(),
    })
    .meta({ id: "Tokens" }),
);

const message = deferred(() => z.object({ message: z.string() }));

export const authOperations = {
  register: defineOperation({
    id: "register",
    area: "auth",
    method: "POST",
    path: "/api/auth/register",
    summary: "Create an account",
    description:
      "`confirmed` says whether the account can log in at once, or wants the e-mailed code first. Then others do not find its owner before their first log-in, and its username is kept for as long as the first code holds, about a day.",
    auth: "public",
    identity: "pool",
    body: deferred(() =>
      profileFields().extend({ username: username(), email: email(), password: password() }),
    ),
    success: { status: 201, schema: deferred(() => z.object({ user: user(), confirmed: z.boolean() })) },
    errors: ["conflict", "rate_limited"],
  }),
  confirm: defineOperation({
    id: "confirm",
    area: "auth",
    method: "POST",
    path: "/api/auth/confirm",
    summary: "Confirm an account with the e-mailed code",
    auth: "public",
    identity: "pool",
    body: deferred(() => z.object({ email: email(), code: code() })),
    success: { status: 200, schema: message },
    errors: ["invalid_code", "rate_limited"],
  }),
  resendCode: defineOperation({
    id: "resendCode",
    area: "auth",
    method: "POST",
    path: "/api/auth/resend-code",
    summary: "Ask for another code to confirm an account",
    description:
      "For who lost the e-mailed code, or let it expire. Nothing else of the account changes: the password is the first one, and can be reset once the account is confirmed. The answer is the same whether or not there is such an account.",
    auth: "public",
    identity: "pool",
    body: deferred(() => z.object({ email: email() })),
    success: { status: 200, schema: message },
    errors: ["rate_limited"],
  }),
  login: defineOperation({
    id: "login",
    area: "auth",
    method: "POST",
    path: "/api/auth/login",
    summary: "Log in with e-mail address or username",
    auth: "public",
    identity: "pool",
    body: deferred(() =>
      z
        .object({
          email: z.string().trim().min(1).max(254).nullish(),
          username: z.string().trim().min(1).max(254).nullish(),
          password: password(),
        })
        .refine((body) => (body.email ?? body.username) != null, {
          path: ["email"],
          error: "give an email or a username",
        }),
    ),
    success: { status: 200, schema: tokens },
    errors: ["invalid_credentials", "not_confirmed", "rate_limited"],
  }),
  refresh: defineOperation({
    id: "refresh",
    area: "auth",
    method: "POST",
    path: "/api/auth/refresh",
    summary: "Get new tokens with a refresh token",
    auth: "public",
    identity: "pool",
    body: deferred(() => z.object({ refresh_token: refreshToken() })),
    success: { status: 200, schema: tokens },
    errors: ["invalid_credentials", "rate_limited"],
  }),
  logout: defineOperation({
    id: "logout",
    area: "auth",
    method: "POST",
    path: "/api/auth/logout",
    summary: "End the session of a refresh token",
    auth: "user",
    identity: "pool",
    body: deferred(() => z.object({ refresh_token: refreshToken() })),
    success: { status: 204, schema: null },
    errors: ["rate_limited"],
  }),
  getProfile: defineOperation({
    id: "getProfile",
    area: "auth",
    method: "GET",
    path: "/api/auth/profile",
    summary: "Get one's own profile",
    auth: "user",
    success: { status: 200, schema: user },
    errors: [],
  }),
  updateProfile: defineOperation({
    id: "updateProfile",
    area: "auth",
    method: "PUT",
    path: "/api/auth/profile",
    summary: "Change one's own profile",
    description:
      "Fields that are left out stay as they are; null empties one. Who was verified is so no more once they change a name, `role`, `institution` or `specialization`.",
    auth: "user",
    body: profileFields,
    success: { status: 200, schema: user },
    errors: [],
  }),
  forgotPassword: defineOperation({
    id: "forgotPassword",
    area: "auth",
    method: "POST",
    path: "/api/auth/forgot-password",
    summary: "Ask for a code to set a new password",
    description: "The answer is the same whether or not there is such an account.",
    auth: "public",
    identity: "pool",
    body: deferred(() => z.object({ email: email() })),
    success: { status: 200, schema: message },
    errors: ["rate_limited"],
  }),
  resetPassword: defineOperation({
    id: "resetPassword",
    area: "auth",
    method: "POST",
    path: "/api/auth/reset-password",
    summary: "Set a new password with the e-mailed code",
    auth: "public",
    identity: "pool",
    body: deferred(() => z.object({ email: email(), code: code(), password: password() })),
    success: { status: 200, schema: message },
    errors: ["invalid_code", "rate_limited"],
  }),
  createWebSocketTicket: defineOperation({
    id: "createWebSocketTicket",
    area: "auth",
    method: "POST",
    path: "/api/auth/ws-ticket",
    summary: "Get a one-time ticket that opens a WebSocket",
    description:
      "Give it as `?ticket=` within its lifetime. The connection lasts as long as the token that asked.",
    auth: "user",
    success: {
      status: 201,
      schema: deferred(() =>
        z.object({
          ticket: z.string(),
          /** Seconds. */
          expires_in: z.int().positive(),
        }),
      ),
    },
    errors: [],
  }),
};
