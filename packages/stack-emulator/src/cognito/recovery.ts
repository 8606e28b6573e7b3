import { CognitoError } from "cognito-local/lib/errors.js";
import {
  accessClient,
  attribute,
  type CognitoRequest,
  checkCode,
  type Directory,
  delivery,
  findUser,
  sendCode,
  text,
  unknownUser,
  withoutCode,
  wrongCode,
} from "./users.ts";

/**
 * https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html: reset
 * codes live one hour.
 */
const codeLifetimeMs = 3_600_000;

/**
 * cognito-local tells which users exist, and mails to addresses that were never verified. For a
 * user who cannot be mailed, Cognito answers as if it had sent a code when the client hides users;
 * it says that it may also answer InvalidParameterException then, which a caller has to treat
 * alike.
 */
export async function forgotPassword(directory: Directory, request: CognitoRequest): Promise<unknown> {
  const scope = await accessClient(directory, request);
  const username = text(request, "Username");
  const user = await findUser(directory, scope.pool, username);
  const canBeMailed = user?.Enabled === true && attribute(user, "email_verified") === "true";
  if (user && canBeMailed) return sendCode(directory, scope, user, "ForgotPassword", "ForgotPassword");
  if (scope.hidesUsers) return delivery(username);
  if (!user) throw unknownUser();
  throw new CognitoError(
    "InvalidParameterException",
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
  );
}

/**
 * cognito-local compares codes alone: with no code requested an absent code matches, a code never
 * expires, and the code of the sign-up does as well.
 */
export async function confirmForgotPassword(directory: Directory, request: CognitoRequest): Promise<unknown> {
  const { pool, hidesUsers } = await accessClient(directory, request);
  const user = await findUser(directory, pool, text(request, "Username"));
  const code = text(request, "ConfirmationCode");
  if (!user) throw hidesUsers ? wrongCode() : unknownUser();
  checkCode(user, code, "ForgotPassword", codeLifetimeMs, directory.now());
  await pool.saveUser(directory.context, {
    ...withoutCode(user),
    Password: text(request, "Password"),
    UserStatus: "CONFIRMED",
    UserLastModifiedDate: new Date(directory.now()),
  });
  return {};
}
