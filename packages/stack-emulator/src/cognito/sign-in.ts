import { CognitoError } from "cognito-local/lib/errors.js";
import { readUnverifiedSession } from "./tokens.ts";
import {
  accessClient,
  type ClientScope,
  type CognitoRequest,
  type Directory,
  findUser,
  notAuthorized,
  type StoredUser,
  text,
  unknownUser,
} from "./users.ts";

type Next = (request: CognitoRequest) => Promise<unknown>;

/** How many sessions of a user are remembered as ended; older ones have expired long before. */
const rememberedSessions = 500;

/**
 * cognito-local answers a wrong password with InvalidPasswordException, ignores which flows the
 * client allows, leaves ExpiresIn and TokenType out, lets refresh tokens live for ever and any
 * client use them, and signs in disabled users.
 */
export async function initiateAuth(
  directory: Directory,
  request: CognitoRequest,
  next: Next,
): Promise<unknown> {
  const scope = await accessClient(directory, request);
  const flow = text(request, "AuthFlow");
  const parameters = request.AuthParameters;
  const given: CognitoRequest =
    typeof parameters === "object" && parameters !== null ? { ...parameters } : {};
  const isRefresh = flow === "REFRESH_TOKEN_AUTH" || flow === "REFRESH_TOKEN";
  const name = isRefresh ? "REFRESH_TOKEN_AUTH" : flow;
  if (!scope.client.ExplicitAuthFlows?.some((allowed) => allowed === `ALLOW_${name}` || allowed === name)) {
    throw new CognitoError("InvalidParameterException", `${name} flow not enabled for this client`);
  }
  if (isRefresh) return refresh(directory, scope, text(given, "REFRESH_TOKEN"));
  if (flow !== "USER_PASSWORD_AUTH") {
    throw new CognitoError(
      "UnsupportedOperationException",
      `The local Cognito does not serve ${flow}. Use USER_PASSWORD_AUTH here.`,
    );
  }
  return signIn(directory, scope, request, given, next);
}

async function signIn(
  directory: Directory,
  scope: ClientScope,
  request: CognitoRequest,
  given: CognitoRequest,
  next: Next,
): Promise<unknown> {
  const { pool, client } = scope;
  const user = await findUser(directory, pool, text(given, "USERNAME"));
  if (!user) {
    throw scope.hidesUsers ? wrongPassword() : unknownUser("User does not exist.");
  }
  if (user.Password !== text(given, "PASSWORD")) throw wrongPassword();
  checkEnabled(user);
  if (user.UserStatus === "UNCONFIRMED") {
    throw new CognitoError("UserNotConfirmedException", "User is not confirmed.");
  }
  if (user.UserStatus === "RESET_REQUIRED") {
    throw new CognitoError("PasswordResetRequiredException", "Password reset required for the user");
  }
  // Challenges are cognito-local's.
  if (user.UserStatus !== "CONFIRMED") return next(request);
  const { session, refreshToken } = directory.issuer.startSession(client);
  await pool.storeRefreshToken(directory.context, refreshToken, withoutExpired(user, directory.now()));
  const groups = await pool.listUserGroupMembership(directory.context, user);
  const tokens = directory.issuer.issue(user, groups, client, session);
  return result({ ...tokens, RefreshToken: refreshToken });
}

async function refresh(directory: Directory, scope: ClientScope, token: string): Promise<unknown> {
  const { pool, client } = scope;
  const session = readUnverifiedSession(token);
  if (!session || session.client_id !== client.ClientId) throw notAuthorized("Invalid Refresh Token");
  if (session.exp * 1000 <= directory.now()) throw notAuthorized("Refresh Token has expired");
  const user = await pool.getUserByRefreshToken(directory.context, token);
  if (!user) {
    const ended = (await findEnded(directory, scope, session.origin_jti)) !== undefined;
    throw notAuthorized(ended ? "Refresh Token has been revoked" : "Invalid Refresh Token");
  }
  checkEnabled(user);
  const groups = await pool.listUserGroupMembership(directory.context, user);
  return result(directory.issuer.issue(user, groups, client, session));
}

function result(tokens: object): unknown {
  return { ChallengeParameters: {}, AuthenticationResult: { ...tokens, TokenType: "Bearer" } };
}

const wrongPassword = () => notAuthorized("Incorrect username or password.");

function checkEnabled(user: StoredUser): void {
  if (!user.Enabled) throw notAuthorized("User is disabled.");
}

function withoutExpired(user: StoredUser, now: number): StoredUser {
  const live = user.RefreshTokens.filter((token) => (readUnverifiedSession(token)?.exp ?? 0) * 1000 > now);
  return { ...user, RefreshTokens: live };
}

async function findEnded(
  directory: Directory,
  { pool }: ClientScope,
  originJti: string,
): Promise<StoredUser | undefined> {
  // Our store keeps what cognito-local's type does not name.
  const users = (await pool.listUsers(directory.context)) as readonly StoredUser[];
  return users.find((user) => user.EndedSessions?.includes(originJti));
}

/**
 * cognito-local forgets the refresh token, but goes on accepting the access tokens that came with
 * it, and refuses to revoke one twice.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_RevokeToken.html
 */
export async function revokeToken(directory: Directory, request: CognitoRequest): Promise<unknown> {
  const scope = await accessClient(directory, request);
  const token = text(request, "Token");
  const session = readUnverifiedSession(token);
  if (!session) {
    const isAccessToken = token.split(".").length === 3;
    throw isAccessToken
      ? new CognitoError("UnsupportedTokenTypeException", "Unsupported token type")
      : notAuthorized("Invalid Refresh Token");
  }
  if (session.client_id !== scope.client.ClientId) throw notAuthorized("Invalid Refresh Token");
  const user = await scope.pool.getUserByRefreshToken(directory.context, token);
  if (user) await scope.pool.saveUser(directory.context, endSessions(user, [token]));
  return {};
}

function endSessions(user: StoredUser, tokens: readonly string[]): StoredUser {
  const ended = tokens.flatMap((token) => readUnverifiedSession(token)?.origin_jti ?? []);
  return {
    ...user,
    RefreshTokens: user.RefreshTokens.filter((token) => !tokens.includes(token)),
    EndedSessions: [...(user.EndedSessions ?? []), ...ended].slice(-rememberedSessions),
  };
}

/** cognito-local has no GlobalSignOut. The access token has been checked. */
export async function globalSignOut(directory: Directory, request: CognitoRequest): Promise<unknown> {
  const { pool, user } = await accessBearer(directory, text(request, "AccessToken"));
  await pool.saveUser(directory.context, endSessions(user, user.RefreshTokens));
  return {};
}

/** cognito-local has no AdminUserGlobalSignOut. */
export async function adminUserGlobalSignOut(
  directory: Directory,
  request: CognitoRequest,
): Promise<unknown> {
  const pool = await directory.services.cognito.getUserPool(directory.context, text(request, "UserPoolId"));
  const user = await findUser(directory, pool, text(request, "Username"));
  if (!user) throw unknownUser("User does not exist.");
  await pool.saveUser(directory.context, endSessions(user, user.RefreshTokens));
  return {};
}

/**
 * The user of an access token. cognito-local reads access tokens without checking signature, expiry
 * or revocation.
 */
export async function accessBearer(
  directory: Directory,
  token: string,
): Promise<{ pool: ClientScope["pool"]; user: StoredUser }> {
  const claims = directory.issuer.readAccessToken(token);
  if (!claims) throw notAuthorized("Invalid Access Token");
  if (claims.exp * 1000 <= directory.now()) throw notAuthorized("Access Token has expired");
  const { pool } = await accessClient(directory, { ClientId: claims.client_id });
  const user = await findUser(directory, pool, claims.sub);
  if (!user) throw unknownUser("User does not exist.");
  if (user.EndedSessions?.includes(claims.origin_jti)) throw notAuthorized("Access Token has been revoked");
  checkEnabled(user);
  return { pool, user };
}
