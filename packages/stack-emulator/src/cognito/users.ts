import { CognitoError } from "cognito-local/lib/errors.js";
import type { AppClient } from "cognito-local/lib/services/appClient.js";
import type { Context } from "cognito-local/lib/services/context.js";
import type { Services } from "cognito-local/lib/services/index.js";
import type { User, UserPoolService } from "cognito-local/lib/services/userPoolService.js";
import type { TokenIssuer } from "./tokens.ts";

export type CognitoRequest = Readonly<Record<string, unknown>>;

/** The parts that the operations work with. */
export interface Directory {
  readonly services: Services;
  readonly issuer: TokenIssuer;
  readonly context: Context;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type CodeKind = "SignUp" | "ForgotPassword";

/**
 * A user with what cognito-local does not keep: what a code is for and when it was sent, and ended
 * sessions.
 */
export type StoredUser = User & {
  readonly CodeKind?: CodeKind;
  readonly CodeDate?: Date;
  readonly EndedSessions?: readonly string[];
};

export interface ClientScope {
  readonly client: AppClient;
  readonly pool: UserPoolService;
  /** Whether answers must not tell if a user exists (PreventUserExistenceErrors). */
  readonly hidesUsers: boolean;
}

/**
 * The app client of a request and its pool. Throws ResourceNotFoundException for an unknown client.
 */
export async function accessClient(
  { services, context }: Directory,
  request: CognitoRequest,
): Promise<ClientScope> {
  const id = text(request, "ClientId");
  const client = await services.cognito.getAppClient(context, id);
  if (!client) throw new CognitoError("ResourceNotFoundException", `User pool client ${id} does not exist.`);
  const pool = await services.cognito.getUserPool(context, client.UserPoolId);
  // https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html
  return { client, pool, hidesUsers: client.PreventUserExistenceErrors === "ENABLED" };
}

/**
 * The user of this name or e-mail address; in a pool that says so, whatever the case of the
 * letters.
 */
export async function findUser(
  { context }: Directory,
  pool: UserPoolService,
  username: string,
): Promise<StoredUser | undefined> {
  const exact = await pool.getUserByUsername(context, username);
  if (exact) return exact;
  if (pool.options.UsernameConfiguration?.CaseSensitive !== false) return undefined;
  const wanted = username.toLowerCase();
  const users = await pool.listUsers(context);
  return users.find((user) => attribute(user, "email")?.toLowerCase() === wanted);
}

export function attribute(user: User, name: string): string | undefined {
  return user.Attributes.find(({ Name }) => Name === name)?.Value;
}

export function withAttribute(user: StoredUser, Name: string, Value: string): StoredUser {
  const others = user.Attributes.filter((entry) => entry.Name !== Name);
  return { ...user, Attributes: [...others, { Name, Value }] };
}

/**
 * Makes a new code, stores it with its purpose and sends it. Returns where to, with all but the
 * initials hidden.
 */
export async function sendCode(
  directory: Directory,
  { client, pool }: ClientScope,
  user: StoredUser,
  kind: CodeKind,
  source: "ResendCode" | "ForgotPassword",
): Promise<{ CodeDeliveryDetails: object }> {
  const { services, context, now } = directory;
  const code = services.otp();
  const address = attribute(user, "email") ?? "";
  await pool.saveUser(context, withCode(user, code, kind, now()));
  const details = { AttributeName: "email", DeliveryMedium: "EMAIL", Destination: address } as const;
  await services.messages.deliver(
    context,
    source,
    client.ClientId,
    pool.options.Id,
    user,
    code,
    undefined,
    details,
  );
  return delivery(address);
}

export function withCode(
  user: StoredUser,
  ConfirmationCode: string,
  CodeKind: CodeKind,
  at: number,
): StoredUser {
  return { ...user, ConfirmationCode, CodeKind, CodeDate: new Date(at) };
}

export function withoutCode(user: StoredUser): StoredUser {
  const { ConfirmationCode: _, CodeKind: __, CodeDate: ___, ...rest } = user;
  return rest;
}

/**
 * Returns the delivery of a code. It is also the answer for an address without a user if the client
 * hides which users exist.
 */
export function delivery(address: string): { CodeDeliveryDetails: object } {
  return {
    CodeDeliveryDetails: {
      AttributeName: "email",
      DeliveryMedium: "EMAIL",
      Destination: maskAddress(address),
    },
  };
}

export function maskAddress(address: string): string {
  const [name = "", domain = ""] = address.split("@");
  return `${name.slice(0, 1)}***@${domain.slice(0, 1)}***`;
}

/**
 * Throws unless this code was sent to the user for this purpose, and not longer ago than
 * `lifetimeMs`.
 */
export function checkCode(
  user: StoredUser,
  code: string,
  kind: CodeKind,
  lifetimeMs: number,
  now: number,
): void {
  const sentAt = user.CodeDate?.getTime() ?? 0;
  if (!user.ConfirmationCode || user.CodeKind !== kind || now - sentAt > lifetimeMs) throw expiredCode();
  if (user.ConfirmationCode !== code) throw wrongCode();
}

export const expiredCode = () =>
  new CognitoError("ExpiredCodeException", "Invalid code provided, please request a code again.");

export const wrongCode = () =>
  new CognitoError("CodeMismatchException", "Invalid verification code provided, please try again.");

export const notAuthorized = (message: string) => new CognitoError("NotAuthorizedException", message);

export const unknownUser = (message = "Username/client id combination not found.") =>
  new CognitoError("UserNotFoundException", message);

/** A field that must be text. */
export function text(request: CognitoRequest, name: string): string {
  const value = request[name];
  if (typeof value === "string" && value !== "") return value;
  throw new CognitoError("InvalidParameterException", `Missing required parameter ${name}`);
}
