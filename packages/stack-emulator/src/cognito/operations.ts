import { CognitoError } from "cognito-local/lib/errors.js";
import { Router } from "cognito-local/lib/server/Router.js";
import { isSupportedTarget } from "cognito-local/lib/targets/Target.js";
import { checkPassword } from "./password-policy.ts";
import { confirmForgotPassword, forgotPassword } from "./recovery.ts";
import { accessBearer, adminUserGlobalSignOut, globalSignOut, initiateAuth, revokeToken } from "./sign-in.ts";
import { adminUpdateUserAttributes, confirmSignUp, resendConfirmationCode, signUp } from "./sign-up.ts";
import { accessClient, type CognitoRequest, type Directory, findUser, text, unknownUser } from "./users.ts";

type Next = (request: CognitoRequest) => Promise<unknown>;
type Operation = (directory: Directory, request: CognitoRequest, next: Next) => Promise<unknown>;

/** The operations in which cognito-local differs from Cognito. Each one says in what. */
const corrected: Readonly<Record<string, Operation>> = {
  SignUp: signUp,
  ConfirmSignUp: confirmSignUp,
  ResendConfirmationCode: resendConfirmationCode,
  InitiateAuth: initiateAuth,
  RevokeToken: revokeToken,
  GlobalSignOut: globalSignOut,
  AdminUserGlobalSignOut: adminUserGlobalSignOut,
  ForgotPassword: forgotPassword,
  ConfirmForgotPassword: confirmForgotPassword,
  AdminUpdateUserAttributes: adminUpdateUserAttributes,
};

const passwordFields: Readonly<Record<string, string>> = {
  SignUp: "Password",
  ConfirmForgotPassword: "Password",
  ChangePassword: "ProposedPassword",
  AdminSetUserPassword: "Password",
};

/** Serves the user pools API: cognito-local's operations, with their corrections. */
export function createOperations(
  directory: Directory,
): (target: string, request: CognitoRequest) => Promise<unknown> {
  const route = Router(directory.services);
  return async (target, request) => {
    const operation = corrected[target];
    if (!operation && !isSupportedTarget(target)) {
      throw new CognitoError("UnsupportedOperationException", `The local Cognito does not serve ${target}.`);
    }
    await checkBearer(directory, request);
    const addressed = await withKnownUser(directory, target, request);
    await checkNewPassword(directory, target, addressed);
    const next: Next = (changed) => route(target)(directory.context, changed);
    return operation ? operation(directory, addressed, next) : next(addressed);
  };
}

async function checkBearer(directory: Directory, request: CognitoRequest): Promise<void> {
  if (request.AccessToken !== undefined) await accessBearer(directory, text(request, "AccessToken"));
}

/**
 * cognito-local finds users by the exact letters, and refuses unknown ones as not authorized in
 * admin operations.
 */
async function withKnownUser(
  directory: Directory,
  target: string,
  request: CognitoRequest,
): Promise<CognitoRequest> {
  const isAboutUser =
    target.startsWith("Admin") && target !== "AdminCreateUser" && request.Username !== undefined;
  if (!isAboutUser) return request;
  const pool = await directory.services.cognito.getUserPool(directory.context, text(request, "UserPoolId"));
  const user = await findUser(directory, pool, text(request, "Username"));
  if (!user) throw unknownUser("User does not exist.");
  return { ...request, Username: user.Username };
}

async function checkNewPassword(
  directory: Directory,
  target: string,
  request: CognitoRequest,
): Promise<void> {
  const field = passwordFields[target];
  if (!field) return;
  const pool = await poolOf(directory, request);
  checkPassword(text(request, field), pool.options.Policies?.PasswordPolicy);
}

async function poolOf(directory: Directory, request: CognitoRequest) {
  if (request.AccessToken !== undefined)
    return (await accessBearer(directory, text(request, "AccessToken"))).pool;
  if (request.ClientId !== undefined) return (await accessClient(directory, request)).pool;
  return directory.services.cognito.getUserPool(directory.context, text(request, "UserPoolId"));
}
