import { authOperations } from "../auth.ts";
import { describeObject, describeOperations } from "./describe.ts";
import { tooManyAttempts } from "./errors.ts";
import * as examples from "./examples.ts";
import { describeProfileFields } from "./objects/profile.ts";

const email = {
  description: "The e-mail address, up to 254 characters. Upper and lower case mean the same.",
  example: "ada@example.com",
};
const password = {
  description: "The password, 1 to 256 characters.",
  example: "Parley-demo-1",
};
const newPassword = {
  description:
    "The new password, up to 256 characters. The stage `dev` asks for 8 characters. The stage `prod` " +
    "asks for 12, with lower case, upper case, digits and symbols.",
  example: "Parley-demo-1",
};
const code = { description: "The code from the e-mail, 1 to 64 characters.", example: "123456" };
const refreshToken = {
  description: "The refresh token, up to 4,096 characters, as `login` or `refresh` gave it.",
  example: "eyJjdHkiOiJKV1QifQ.refresh",
};

const wrongCode =
  "The code is wrong or has expired, or there is no such account. The answer does not tell which, so " +
  "that it does not tell who has an account.";

export const authDescriptions = describeOperations(authOperations, {
  register: {
    description:
      "Creates an account and its profile. In the stage `dev` the account can log in at once. In the " +
      "stage `prod` its user confirms it first, with the code from the e-mail. Until their first log-in " +
      "no other user finds them. An account that is not confirmed keeps its username for about a day.",
    body: {
      ...describeProfileFields("none"),
      username: {
        description:
          "The name by which others mention the user: 1 to 50 letters, digits, dots, underscores or " +
          "hyphens. It begins and ends with a letter or digit. It is unique regardless of case.",
        example: "ada",
      },
      email,
      password: newPassword,
    },
    success: "The new user, and whether the account is confirmed.",
    errors: {
      invalid_input: "A field is not valid, or the password is too weak.",
      conflict: "The username is taken, or there is an account with this e-mail address.",
      rate_limited: tooManyAttempts,
    },
  },
  confirm: {
    description: "Confirms a new account. After that its user can log in.",
    body: { email, code },
    success: "The account is confirmed.",
    errors: { invalid_code: wrongCode, rate_limited: tooManyAttempts },
  },
  resendCode: {
    description:
      "Sends another code to an account that is not confirmed. Use it if the e-mail was lost or the code " +
      "has expired. Nothing else about the account changes. The answer is the same whether or not there " +
      "is such an account.",
    body: { email },
    success: "A code is on its way, if such an account waits for one.",
    errors: { rate_limited: tooManyAttempts },
  },
  login: {
    description:
      "Starts a session. The access token and the id token are valid for an hour, the refresh token for " +
      "30 days. Send `email` or `username`; if both are sent, `email` counts.",
    body: {
      email: {
        description: "The e-mail address, up to 254 characters. Required without `username`.",
        example: "ada@example.com",
      },
      username: {
        description: "The username, up to 254 characters. Required without `email`.",
        example: "ada",
      },
      password,
    },
    bodyExample: { email: email.example, password: password.example },
    success: "The tokens of the session, and its user.",
    errors: {
      invalid_credentials: "The account is unknown, the password is wrong, or it must be reset first.",
      not_confirmed: "The account is not confirmed yet.",
      forbidden:
        "The user pool asks this account for something that the API does not offer, such as a second factor.",
      rate_limited: tooManyAttempts,
    },
  },
  refresh: {
    description: "Gets a new access token and a new id token. The session goes on.",
    body: { refresh_token: refreshToken },
    success: "The new tokens, and their user. The refresh token may be the same as before.",
    errors: {
      invalid_credentials: "The refresh token is no longer valid: log in again.",
      rate_limited: tooManyAttempts,
    },
  },
  logout: {
    description:
      "Ends the session of a refresh token. Access tokens stay valid until they expire, and open " +
      "WebSockets stay open. A session that has ended already is no error.",
    body: { refresh_token: refreshToken },
    success: "The session has ended.",
    errors: { rate_limited: tooManyAttempts },
  },
  getProfile: {
    description:
      "Gets the caller's own profile. If an external issuer keeps the accounts, the first call creates " +
      "the profile from the claims of the token.",
    success: "The caller.",
    errors: {},
  },
  updateProfile: {
    description:
      "Changes the caller's own profile. Fields that are left out stay as they are, and null empties a " +
      "field. A verified user who changes a name, `role`, `institution` or `specialization` is no longer " +
      "verified.",
    body: describeProfileFields("unchanged"),
    success: "The caller, as changed.",
    errors: {},
  },
  forgotPassword: {
    description:
      "Sends a code to the account's e-mail address. `resetPassword` takes it. The answer is the same " +
      "whether or not there is such an account.",
    body: { email },
    success: "A code is on its way, if there is such an account.",
    errors: { rate_limited: tooManyAttempts },
  },
  resetPassword: {
    description: "Sets a new password with the code that `forgotPassword` sent.",
    body: { email, code, password: newPassword },
    success: "The password is changed.",
    errors: {
      invalid_input: "A field is not valid, or the password is too weak.",
      invalid_code: wrongCode,
      rate_limited: tooManyAttempts,
    },
  },
  createWebSocketTicket: {
    description:
      "Creates a ticket that opens one WebSocket, once. Send it as `?ticket=` in the WebSocket's URL. " +
      "The connection lasts as long as the token of this request. Browsers use it because they cannot " +
      "send a token in a header.",
    success: "The ticket.",
    errors: {},
  },
});

export const authSchemas = [
  describeObject(() => authOperations.login.success.schema(), {
    description: "The tokens of a session, and its user.",
    fields: {
      access_token: {
        description: "Sent as `Authorization: Bearer` with each request.",
        example: "eyJraWQ.access",
      },
      id_token: {
        description: "Taken in place of the access token. Its claims name the user.",
        example: "eyJraWQ.id",
      },
      refresh_token: {
        description: "Gets new tokens from `refresh`.",
        example: "eyJjdHkiOiJKV1QifQ.refresh",
      },
      token_type: { description: "Always `Bearer`.", example: "Bearer" },
      expires_in: { description: "Seconds until the access token and the id token expire.", example: 3600 },
      user: { description: "The user of the session." },
    },
  }),
  describeObject(() => authOperations.register.success.schema(), {
    description: "A new account.",
    fields: {
      user: { description: "The new user." },
      confirmed: {
        description:
          "Whether the account can log in at once. False if it waits for the code from the e-mail.",
        example: true,
      },
    },
  }),
  describeObject(() => authOperations.confirm.success.schema(), {
    description: "The outcome of an operation.",
    fields: {
      message: {
        description: "A sentence for people: it says what was done.",
        example: "The account is confirmed: log in.",
      },
    },
  }),
  describeObject(() => authOperations.createWebSocketTicket.success.schema(), {
    description: "A ticket for a WebSocket.",
    fields: {
      ticket: { description: "The ticket. It opens one WebSocket, once.", example: examples.ticket },
      expires_in: { description: "Seconds within which the WebSocket must be opened.", example: 60 },
    },
  }),
];
