import type { authOperations } from "../../contract/auth.ts";
import type { Handlers } from "../kernel/http/http.ts";
import { newTicket } from "../kernel/runtime/ids.ts";
import { putTicket, ticketSeconds } from "../store/presence/tickets.ts";
import {
  confirmSignUp,
  forgotPassword,
  resendCode,
  resetPassword,
  revokeToken,
} from "../store/users/accounts.ts";
import { presentSelf } from "../users/present.ts";
import { ensureProfile, updateOwnProfile } from "../users/profiles.ts";
import { type LoginSession, openSession, register, renewSession } from "./accounts.ts";

function tokensOf(session: LoginSession) {
  return {
    access_token: session.accessToken,
    id_token: session.idToken,
    refresh_token: session.refreshToken,
    token_type: "Bearer" as const,
    expires_in: session.expiresIn,
    user: session.user,
  };
}

export const authHandlers: Handlers<typeof authOperations> = {
  register: async ({ body }) => {
    const { profile, confirmed } = await register(body);
    return { user: await presentSelf(profile), confirmed };
  },

  confirm: async ({ body }) => {
    await confirmSignUp(body.email, body.code);
    return { message: "The account is confirmed: log in." };
  },

  resendCode: async ({ body }) => {
    await resendCode(body.email);
    return {
      message: "If an account with this e-mail address waits for a code, another one is on its way to it.",
    };
  },

  login: async ({ body }) => tokensOf(await openSession(body.email ?? body.username ?? "", body.password)),

  refresh: async ({ body }) => tokensOf(await renewSession(body.refresh_token)),

  logout: async ({ body }) => {
    await revokeToken(body.refresh_token);
  },

  getProfile: async ({ actor }) => presentSelf(await ensureProfile(actor)),

  updateProfile: async ({ actor, body }) => presentSelf(await updateOwnProfile(actor, body)),

  forgotPassword: async ({ body }) => {
    await forgotPassword(body.email);
    return { message: "If there is an account with this e-mail address, a code is on its way to it." };
  },

  resetPassword: async ({ body }) => {
    await resetPassword(body.email, body.code, body.password);
    return { message: "The password is changed: log in with the new one." };
  },

  createWebSocketTicket: async ({ actor }) => {
    await ensureProfile(actor);
    const ticket = newTicket();
    await putTicket(ticket, { userId: actor.userId, tokenExpiresAt: actor.tokenExpiresAt });
    return { ticket, expires_in: ticketSeconds };
  },
};
