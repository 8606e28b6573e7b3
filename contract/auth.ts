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
    .pipe(z.email({ error: "must be an e-mail address" }).max(254))
    .meta({ format: "email", maxLength: 254 }),
);
/** The most characters that a username may have. */
export const usernameLimit = 50;

const usernamePattern = /^[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,48}[\p{L}\p{N}])?$/u;

/**
 * Letters, digits, `.`, `_` and `-`: the characters that `@username` can have in a message. It is
 * stored as given. It is unique regardless of case and of the ways in which Unicode can write the
 * same text. The pattern therefore also holds for the form that is compared, in which `½` has a
 * slash and `ﬀ` is two letters.
 */
export const username = deferred(() =>
  z
    .string()
    .trim()
    .regex(usernamePattern, {
      abort: true,
      error:
        "must be 1 to 50 letters, digits, dots, underscores or hyphens, and begin and end with a letter " +
        "or digit",
    })
    .refine((name) => usernamePattern.test(name.normalize("NFKC")), {
      error: "must be so in Unicode's form NFKC too: leave out characters that stand for several, such as ½",
    }),
);
const password = deferred(() => z.string().min(1).max(256));
const code = deferred(() => z.string().trim().min(1).max(64));
// Above Cognito's own limits: an external issuer's refresh token has at most 2,048 characters, and
// a token of a pool has fewer.
const refreshToken = deferred(() => z.string().min(1).max(4096));

const tokens = deferred(() =>
  z
    .object({
      access_token: z.string(),
      id_token: z.string(),
      refresh_token: z.string(),
      token_type: z.literal("Bearer"),
      expires_in: z.int().positive(),
      user: user(),
    })
    .meta({ id: "Tokens" }),
);

const message = deferred(() => z.object({ message: z.string() }).meta({ id: "Confirmation" }));

export const authOperations = {
  register: defineOperation({
    id: "register",
    area: "auth",
    method: "POST",
    path: "/api/auth/register",
    summary: "Create an account",
    auth: "public",
    identity: "pool",
    body: deferred(() =>
      profileFields().extend({ username: username(), email: email(), password: password() }),
    ),
    success: {
      status: 201,
      schema: deferred(() => z.object({ user: user(), confirmed: z.boolean() }).meta({ id: "Registration" })),
    },
    errors: ["conflict", "rate_limited"],
  }),
  confirm: defineOperation({
    id: "confirm",
    area: "auth",
    method: "POST",
    path: "/api/auth/confirm",
    summary: "Confirm an account with the code from the e-mail",
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
    summary: "Ask for another confirmation code",
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
    summary: "Log in with an e-mail address or a username",
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
    errors: ["invalid_credentials", "not_confirmed", "forbidden", "rate_limited"],
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
    summary: "Get the caller's profile",
    auth: "user",
    success: { status: 200, schema: user },
    errors: [],
  }),
  updateProfile: defineOperation({
    id: "updateProfile",
    area: "auth",
    method: "PUT",
    path: "/api/auth/profile",
    summary: "Change the caller's profile",
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
    summary: "Ask for a code to reset the password",
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
    summary: "Set a new password with the code from the e-mail",
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
    summary: "Create a one-time ticket for a WebSocket",
    auth: "user",
    success: {
      status: 201,
      schema: deferred(() =>
        z.object({ ticket: z.string(), expires_in: z.int().positive() }).meta({ id: "WebSocketTicket" }),
      ),
    },
    errors: [],
  }),
};
