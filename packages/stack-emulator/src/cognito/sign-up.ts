import { CognitoError } from "cognito-local/lib/errors.js";
import {
  accessClient,
  attribute,
  type CognitoRequest,
  checkCode,
  type Directory,
  delivery,
  expiredCode,
  findUser,
  maskAddress,
  notAuthorized,
  type StoredUser,
  sendCode,
  text,
  unknownUser,
  withAttribute,
  withCode,
  withoutCode,
} from "./users.ts";

/**
 * https://docs.aws.amazon.com/cognito/latest/developerguide/limits.html: codes of a sign-up live 24
 * hours.
 */
const codeLifetimeMs = 24 * 3_600_000;

/** Attributes that only Cognito itself or an administrator writes. */
const reserved = new Set(["sub", "email_verified", "phone_number_verified"]);

type Next = (request: CognitoRequest) => Promise<unknown>;

/**
 * cognito-local's SignUp takes any attributes (even a `sub` that the client chose), tells the whole
 * address back, and notes neither what the code is for nor when it was sent.
 */
export async function signUp(directory: Directory, request: CognitoRequest, next: Next): Promise<unknown> {
  const { pool } = await accessClient(directory, request);
  const username = text(request, "Username");
  if (pool.options.UsernameAttributes?.includes("email") && !username.includes("@")) {
    throw new CognitoError("InvalidParameterException", "Username should be an email.");
  }
  const attributes = attributeList(request.UserAttributes);
  checkSchema(attributes, username, pool.options);
  const existing = await findUser(directory, pool, username);
  if (existing) throw usernameExists();
  // cognito-local's own answer.
  const answer = { ...((await next(request)) as { UserSub: string }) };
  const user = await findUser(directory, pool, answer.UserSub);
  if (user?.ConfirmationCode) {
    await pool.saveUser(directory.context, withCode(user, user.ConfirmationCode, "SignUp", directory.now()));
  }
  return withMaskedDestination(answer);
}

const usernameExists = () =>
  new CognitoError("UsernameExistsException", "An account with the given email already exists.");

function checkSchema(
  attributes: ReadonlyMap<string, string>,
  username: string,
  { SchemaAttributes: schema = [] }: { SchemaAttributes?: readonly SchemaAttribute[] },
): void {
  if ([...attributes.keys()].some((name) => reserved.has(name))) {
    throw notAuthorized("A client attempted to write unauthorized attribute");
  }
  const problems: string[] = [];
  for (const [name, value] of attributes) {
    const known = schema.find(({ Name }) => Name === name);
    if (!known) problems.push(`${name}: Attribute does not exist in the schema.`);
    const longest = Number(known?.StringAttributeConstraints?.MaxLength ?? Number.POSITIVE_INFINITY);
    if (value.length > longest)
      problems.push(`${name}: String must not be longer than ${longest} characters`);
  }
  for (const { Name = "", Required } of schema) {
    // An address that is the user name is the attribute as well.
    const given = attributes.has(Name) || (Name === "email" && username.includes("@"));
    if (Required && Name !== "sub" && !given) problems.push(`${Name}: The attribute is required`);
  }
  if (problems.length === 0) return;
  throw new CognitoError(
    "InvalidParameterException",
    `Attributes did not conform to the schema: ${problems.join("\n")}\n`,
  );
}

interface SchemaAttribute {
  readonly Name?: string;
  readonly Required?: boolean;
  readonly StringAttributeConstraints?: { readonly MaxLength?: string };
}

function attributeList(value: unknown): ReadonlyMap<string, string> {
  const entries = Array.isArray(value) ? value : [];
  return new Map(entries.map((entry) => [String(entry?.Name), String(entry?.Value ?? "")]));
}

function withMaskedDestination<Answer extends object>(answer: Answer): object {
  const details = "CodeDeliveryDetails" in answer ? answer.CodeDeliveryDetails : undefined;
  if (typeof details !== "object" || details === null || !("Destination" in details)) return answer;
  return {
    ...answer,
    CodeDeliveryDetails: { ...details, Destination: maskAddress(String(details.Destination)) },
  };
}

/**
 * cognito-local accepts a code for ever, and one that was sent to reset the password, confirms a
 * confirmed user again, and does not mark the address as verified, so that a forgotten password
 * could never be reset.
 */
export async function confirmSignUp(directory: Directory, request: CognitoRequest): Promise<unknown> {
  const { pool, hidesUsers } = await accessClient(directory, request);
  const user = await findUser(directory, pool, text(request, "Username"));
  if (!user) throw hidesUsers ? expiredCode() : unknownUser();
  if (user.UserStatus !== "UNCONFIRMED") throw cannotBeConfirmed(user);
  checkCode(user, text(request, "ConfirmationCode"), "SignUp", codeLifetimeMs, directory.now());
  const verified = withAttribute(withoutCode(user), "email_verified", "true");
  await pool.saveUser(directory.context, {
    ...verified,
    UserStatus: "CONFIRMED",
    UserLastModifiedDate: new Date(directory.now()),
  });
  return {};
}

const cannotBeConfirmed = (user: StoredUser) =>
  notAuthorized(`User cannot be confirmed. Current status is ${user.UserStatus}`);

/** cognito-local has no ResendConfirmationCode. */
export async function resendConfirmationCode(
  directory: Directory,
  request: CognitoRequest,
): Promise<unknown> {
  const scope = await accessClient(directory, request);
  const username = text(request, "Username");
  const user = await findUser(directory, scope.pool, username);
  if (!user) {
    if (scope.hidesUsers) return delivery(username);
    throw unknownUser();
  }
  if (user.UserStatus !== "UNCONFIRMED") {
    throw new CognitoError("InvalidParameterException", "User is already confirmed.");
  }
  if (!scope.pool.options.AutoVerifiedAttributes?.includes("email")) {
    throw new CognitoError(
      "InvalidParameterException",
      "Cannot resend codes. Auto verification not turned on.",
    );
  }
  return sendCode(directory, scope, user, "SignUp", "ResendCode");
}

/**
 * cognito-local wants the address in the same request when `email_verified` changes; Cognito takes
 * either alone.
 */
export async function adminUpdateUserAttributes(
  directory: Directory,
  request: CognitoRequest,
  next: Next,
): Promise<unknown> {
  const attributes = attributeList(request.UserAttributes);
  if (!attributes.has("email_verified") || attributes.has("email")) return next(request);
  const pool = await directory.services.cognito.getUserPool(directory.context, text(request, "UserPoolId"));
  const user = await findUser(directory, pool, text(request, "Username"));
  const Value = user && attribute(user, "email");
  if (!Value) return next(request);
  const given = Array.isArray(request.UserAttributes) ? request.UserAttributes : [];
  return next({ ...request, UserAttributes: [...given, { Name: "email", Value }] });
}
