/**
 * Accounts: the stack's own Cognito user pool. It names its users by e-mail address; usernames are
 * Parley's own (usernames.ts). With an external issuer no call here is made.
 */
import {
  AdminConfirmSignUpCommand,
  AdminUpdateUserAttributesCommand,
  CognitoIdentityProviderClient,
  ConfirmForgotPasswordCommand,
  ConfirmSignUpCommand,
  ForgotPasswordCommand,
  InitiateAuthCommand,
  type InitiateAuthCommandInput,
  ResendConfirmationCodeCommand,
  RevokeTokenCommand,
  SignUpCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { ApiError, invalidInput } from "../../kernel/http/api-error.ts";
import { environment } from "../../kernel/runtime/environment.ts";

const cognito = new CognitoIdentityProviderClient({});

export interface Tokens {
  readonly accessToken: string;
  readonly idToken: string;
  /** Undefined after a refresh: the given refresh token stays valid. */
  readonly refreshToken: string | undefined;
  /** Seconds. */
  readonly expiresIn: number;
}

interface NewAccount {
  readonly email: string;
  readonly username: string;
  readonly password: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
}

const limited = new ApiError("rate_limited", "Too many attempts: wait a minute and try again.", {
  retryAfter: 60,
});
const wrongCode = new ApiError(
  "invalid_code",
  "The code is wrong or has expired: check the newest e-mail, or ask for another code.",
);

/**
 * The error that a caller gets for an exception of Cognito's. Any other exception is no answer for
 * them.
 */
const answers: Record<string, (message: string) => ApiError> = {
  InvalidPasswordException: (message) => invalidInput([{ path: "password", message }]),
  UsernameExistsException: () =>
    new ApiError("conflict", "There is an account with this e-mail address: log in, or reset its password."),
  AliasExistsException: () => new ApiError("conflict", "There is an account with this e-mail address."),
  NotAuthorizedException: () => new ApiError("invalid_credentials", "The name or the password is wrong."),
  UserNotFoundException: () => new ApiError("invalid_credentials", "The name or the password is wrong."),
  UserNotConfirmedException: () =>
    new ApiError(
      "not_confirmed",
      "Confirm the account first, with the code that was e-mailed to it, or ask for another one.",
    ),
  CodeMismatchException: () => wrongCode,
  ExpiredCodeException: () => wrongCode,
  LimitExceededException: () => limited,
  TooManyRequestsException: () => limited,
  TooManyFailedAttemptsException: () => limited,
  PasswordResetRequiredException: () =>
    new ApiError("invalid_credentials", "This account needs a new password: ask for a code to reset it."),
};

async function callCognito<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const answer = error instanceof Error ? answers[error.name]?.(error.message) : undefined;
    throw answer ?? error;
  }
}

/** Creates an account and returns its user id. Throws `conflict` if the e-mail address has one. */
export function signUp(account: NewAccount): Promise<string> {
  return callCognito(async () => {
    const { UserSub } = await cognito.send(
      new SignUpCommand({
        ClientId: environment.clientId,
        Username: account.email,
        Password: account.password,
        UserAttributes: [
          { Name: "email", Value: account.email },
          { Name: "preferred_username", Value: account.username },
          ...(account.firstName !== null ? [{ Name: "given_name", Value: account.firstName }] : []),
          ...(account.lastName !== null ? [{ Name: "family_name", Value: account.lastName }] : []),
        ],
      }),
    );
    if (!UserSub) throw new Error("Cognito answered a sign-up without a user id.");
    return UserSub;
  });
}

/**
 * Confirms an account without a code, as a `dev` stage does. The address counts as verified, so
 * that its password can be reset.
 */
export function confirmAtOnce(email: string): Promise<void> {
  return callCognito(async () => {
    const account = { UserPoolId: environment.userPoolId, Username: email };
    await cognito.send(new AdminConfirmSignUpCommand(account));
    await cognito.send(
      new AdminUpdateUserAttributesCommand({
        ...account,
        UserAttributes: [{ Name: "email_verified", Value: "true" }],
      }),
    );
  });
}

/** Confirms an account with the code from its e-mail. Throws `invalid_code`. */
export async function confirmSignUp(email: string, code: string): Promise<void> {
  try {
    await callCognito(() =>
      cognito.send(
        new ConfirmSignUpCommand({ ClientId: environment.clientId, Username: email, ConfirmationCode: code }),
      ),
    );
  } catch (error) {
    // An unknown account, or a confirmed one, looks like a wrong code: no caller learns which
    // addresses have accounts.
    throw error instanceof ApiError && error.code === "invalid_credentials" ? wrongCode : error;
  }
}

function initiate(input: Pick<InitiateAuthCommandInput, "AuthFlow" | "AuthParameters">): Promise<Tokens> {
  return callCognito(async () => {
    const { AuthenticationResult: result, ChallengeName } = await cognito.send(
      new InitiateAuthCommand({ ClientId: environment.clientId, ...input }),
    );
    if (!result?.AccessToken || !result.IdToken)
      throw new ApiError(
        "forbidden",
        `This account must answer ${ChallengeName ?? "a challenge"}, which the API does not offer: log in through Cognito.`,
      );
    return {
      accessToken: result.AccessToken,
      idToken: result.IdToken,
      refreshToken: result.RefreshToken,
      expiresIn: result.ExpiresIn ?? 3600,
    };
  });
}

/**
 * Logs in with a password. Throws `invalid_credentials`, the same for an unknown account and a
 * wrong password, or `not_confirmed`.
 */
export function logIn(email: string, password: string): Promise<Tokens> {
  return initiate({
    AuthFlow: "USER_PASSWORD_AUTH",
    AuthParameters: { USERNAME: email, PASSWORD: password },
  });
}

export async function refreshTokens(refreshToken: string): Promise<Tokens> {
  try {
    return await initiate({
      AuthFlow: "REFRESH_TOKEN_AUTH",
      AuthParameters: { REFRESH_TOKEN: refreshToken },
    });
  } catch (error) {
    if (error instanceof ApiError && error.code === "invalid_credentials")
      throw new ApiError("invalid_credentials", "The refresh token is no longer valid: log in again.");
    throw error;
  }
}

/**
 * Ends the session of a refresh token. An invalid or ended token is no error: the session has
 * ended.
 */
export async function revokeToken(refreshToken: string): Promise<void> {
  try {
    await callCognito(() =>
      cognito.send(new RevokeTokenCommand({ ClientId: environment.clientId, Token: refreshToken })),
    );
  } catch (error) {
    if (error instanceof ApiError && error.code === "invalid_credentials") return;
    if (error instanceof Error && endedTokenErrors.has(error.name)) return;
    throw error;
  }
}

// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeToken.html
const endedTokenErrors = new Set([
  "UnauthorizedException",
  "UnsupportedTokenTypeException",
  "InvalidParameterException",
]);

/**
 * E-mails a code, if there is an account that can receive it. The caller does not learn whether.
 */
async function sendCode(send: () => Promise<unknown>): Promise<void> {
  try {
    await callCognito(send);
  } catch (error) {
    const silent =
      error instanceof Error &&
      ["InvalidParameterException", "CodeDeliveryFailureException"].includes(error.name);
    if (silent || (error instanceof ApiError && error.code !== "rate_limited")) return;
    throw error;
  }
}

/**
 * E-mails another code to confirm an account. Cognito answers `InvalidParameterException` for a
 * confirmed one.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ResendConfirmationCode.html
 */
export function resendCode(email: string): Promise<void> {
  return sendCode(() =>
    cognito.send(new ResendConfirmationCodeCommand({ ClientId: environment.clientId, Username: email })),
  );
}

/** E-mails a code to set a new password. */
export function forgotPassword(email: string): Promise<void> {
  return sendCode(() =>
    cognito.send(new ForgotPasswordCommand({ ClientId: environment.clientId, Username: email })),
  );
}

/**
 * Sets a new password with the code from the e-mail. Throws `invalid_code`, or `invalid_input` for
 * the password.
 */
export async function resetPassword(email: string, code: string, password: string): Promise<void> {
  try {
    await callCognito(() =>
      cognito.send(
        new ConfirmForgotPasswordCommand({
          ClientId: environment.clientId,
          Username: email,
          ConfirmationCode: code,
          Password: password,
        }),
      ),
    );
  } catch (error) {
    throw error instanceof ApiError && ["invalid_credentials", "not_confirmed"].includes(error.code)
      ? wrongCode
      : error;
  }
}
