import {
  AdminConfirmSignUpCommand,
  AdminGetUserCommand,
  AdminUpdateUserAttributesCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, smallStack, startTestAws, type TestAws } from "../support/aws-stack.ts";
import { callsOf, failsWith, newAddress, otherThan } from "./fixture.ts";

let aws: TestAws;
let cognito: Clients["cognito"];

beforeAll(async () => {
  aws = await startTestAws();
  cognito = aws.as("Role", "POST /auth").cognito;
}, 60_000);

afterAll(() => aws.close());

const minute = 60_000;
const {
  signUp,
  confirm,
  logIn,
  refresh,
  revoke,
  resend,
  forgot,
  reset,
  getUser,
  lastCode,
  newUser,
  tokensOf,
} = callsOf(() => ({ aws, cognito }));

test("a registration is mailed a code, and confirmed by it alone", async () => {
  const address = newAddress();
  const answer = await signUp(address);
  expect(answer).toMatchObject({
    UserConfirmed: false,
    CodeDeliveryDetails: { Destination: "u***@e***", DeliveryMedium: "EMAIL", AttributeName: "email" },
  });
  const mail = aws.mail.list().findLast(({ to }) => to === address);
  expect(mail).toMatchObject({ kind: "SignUp", code: expect.stringMatching(/^\d{6}$/) });
  expect(aws.lines).toContain(`mail to ${address}: code ${mail?.code} (SignUp)`);
  await failsWith(logIn(address), "UserNotConfirmedException", "User is not confirmed.");
  await failsWith(confirm(address, otherThan(mail?.code ?? "")), "CodeMismatchException");
  await confirm(address, mail?.code ?? "");
  await failsWith(confirm(address, mail?.code ?? ""), "NotAuthorizedException");
  const { UserAttributes } = await getUser((await tokensOf(address)).access);
  expect(UserAttributes).toContainEqual({ Name: "email_verified", Value: "true" });
});

test("an address registers once, and must be one", async () => {
  const address = await newUser();
  await failsWith(signUp(address), "UsernameExistsException");
  await failsWith(signUp("no-address"), "InvalidParameterException", "Username should be an email.");
});

test("the password policy of the template holds", async () => {
  const with_ = (password: string) => signUp(newAddress(), { Password: password });
  await failsWith(
    with_("short-1"),
    "InvalidPasswordException",
    "Password did not conform with policy: Password not long enough",
  );
  await failsWith(
    with_("no-numbers-here"),
    "InvalidPasswordException",
    "Password did not conform with policy: Password must have numeric characters",
  );
});

test("attributes are those of the schema, and none that only Cognito writes", async () => {
  const with_ = (Name: string, Value: string) => signUp(newAddress(), { UserAttributes: [{ Name, Value }] });
  await failsWith(with_("custom:colour", "red"), "InvalidParameterException");
  await failsWith(with_("sub", "7"), "NotAuthorizedException");
  await failsWith(with_("email_verified", "true"), "NotAuthorizedException");
  await with_("custom:plan", "gold");
});

test("a code expires after a day, and a new one can be had", async () => {
  const address = newAddress();
  await signUp(address);
  const first = lastCode(address);
  aws.advance(25 * 60 * minute);
  await failsWith(confirm(address, first), "ExpiredCodeException");
  const { CodeDeliveryDetails } = await resend(address);
  expect(CodeDeliveryDetails?.Destination).toBe("u***@e***");
  await confirm(address, lastCode(address));
  await failsWith(resend(address), "InvalidParameterException", "User is already confirmed.");
});

test("tokens have Cognito's claims and lifetimes, and verify against the issuer's keys", async () => {
  const address = await newUser();
  const tokens = await tokensOf(address);
  expect(tokens).toMatchObject({ type: "Bearer", expiresIn: 1800 });
  const issuer = `${aws.endpoint}/${aws.poolId}`;
  const discovery = await fetch(`${issuer}/.well-known/openid-configuration`).then((r) => r.json());
  const jwks_uri = `${issuer}/.well-known/jwks.json`;
  expect(discovery).toMatchObject({ issuer, jwks_uri });
  const keys = createRemoteJWKSet(new URL(jwks_uri));
  const currentDate = new Date(1000 * (decodeJwt(tokens.access).iat ?? 0));
  const { payload: access } = await jwtVerify(tokens.access, keys, { issuer, currentDate });
  expect(access).toMatchObject({
    token_use: "access",
    client_id: aws.clientId,
    scope: "aws.cognito.signin.user.admin",
  });
  expect(access.username).toBe(access.sub);
  expect((access.exp ?? 0) - (access.iat ?? 0)).toBe(1800);
  const { payload: id } = await jwtVerify(tokens.id, keys, { issuer, audience: aws.clientId, currentDate });
  expect(id).toMatchObject({ token_use: "id", email: address, email_verified: true, sub: access.sub });
  expect(id["cognito:username"]).toBe(access.sub);
});

test("tokens follow the emulator's clock", async () => {
  const address = await newUser();
  const before = await tokensOf(address);
  aws.advance(31 * minute);
  await failsWith(getUser(before.access), "NotAuthorizedException", "Access Token has expired");
  const after = await tokensOf(address);
  expect((decodeJwt(after.access).iat ?? 0) - (decodeJwt(before.access).iat ?? 0)).toBeGreaterThanOrEqual(
    31 * 60,
  );
  await getUser(after.access);
});

test("a wrong password and an unknown user get the same answer", async () => {
  const address = await newUser();
  await failsWith(
    logIn(address, "wrong-password-1"),
    "NotAuthorizedException",
    "Incorrect username or password.",
  );
  await failsWith(logIn("unknown@example.com"), "NotAuthorizedException", "Incorrect username or password.");
});

test("a refresh token gives new tokens of the same session, until it expires", async () => {
  const tokens = await tokensOf(await newUser());
  aws.advance(minute);
  const { AuthenticationResult: result } = await refresh(tokens.refresh);
  expect(result?.RefreshToken).toBeUndefined();
  expect(result).toMatchObject({ ExpiresIn: 1800, TokenType: "Bearer" });
  const [first, second] = [decodeJwt(tokens.access), decodeJwt(result?.AccessToken ?? "")];
  expect(second.origin_jti).toBe(first.origin_jti);
  expect(second.auth_time).toBe(first.auth_time);
  expect(second.iat).toBeGreaterThan(first.iat ?? 0);
  await failsWith(refresh("made up"), "NotAuthorizedException", "Invalid Refresh Token");
  aws.advance(121 * minute);
  await failsWith(refresh(tokens.refresh), "NotAuthorizedException", "Refresh Token has expired");
});

test("a revoked refresh token ends its own session, and may be revoked again", async () => {
  const address = await newUser();
  const [one, other] = [await tokensOf(address), await tokensOf(address)];
  await revoke(one.refresh);
  await revoke(one.refresh);
  await failsWith(refresh(one.refresh), "NotAuthorizedException", "Refresh Token has been revoked");
  await failsWith(getUser(one.access), "NotAuthorizedException", "Access Token has been revoked");
  await refresh(other.refresh);
  await getUser(other.access);
  await failsWith(revoke(other.access), "UnsupportedTokenTypeException");
  await cognito.send(new GlobalSignOutCommand({ AccessToken: other.access }));
  await failsWith(refresh(other.refresh), "NotAuthorizedException");
});

test("an access token counts only with its signature", async () => {
  const [head, body, signature = ""] = (await tokensOf(await newUser())).access.split(".");
  const forged = `${head}.${body}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  await failsWith(getUser(forged), "NotAuthorizedException", "Invalid Access Token");
  await failsWith(getUser("made up"), "NotAuthorizedException", "Invalid Access Token");
});

test("a forgotten password is reset by a code of its own, once and within an hour", async () => {
  const address = await newUser();
  await failsWith(reset(address, "123456"), "ExpiredCodeException");
  await forgot(address);
  const first = lastCode(address);
  expect(aws.mail.list().at(-1)).toMatchObject({ to: address, kind: "ForgotPassword" });
  await failsWith(reset(address, otherThan(first)), "CodeMismatchException");
  await failsWith(reset(address, first, "short"), "InvalidPasswordException");
  aws.advance(61 * minute);
  await failsWith(reset(address, first), "ExpiredCodeException");
  await forgot(address);
  await reset(address, lastCode(address));
  await failsWith(reset(address, lastCode(address)), "ExpiredCodeException");
  await failsWith(logIn(address), "NotAuthorizedException");
  await tokensOf(address, "another-one-2");
});

test("recovery does not tell which users exist", async () => {
  const mails = aws.mail.list().length;
  const unknown = await forgot("unknown@example.com");
  expect(unknown.CodeDeliveryDetails).toEqual({
    Destination: "u***@e***",
    DeliveryMedium: "EMAIL",
    AttributeName: "email",
  });
  await resend("unknown@example.com");
  await failsWith(reset("unknown@example.com", "123456"), "CodeMismatchException");
  await failsWith(confirm("unknown@example.com", "123456"), "ExpiredCodeException");
  expect(aws.mail.list().length).toBe(mails);
});

test("an administrator confirms a user, and the address apart from that", async () => {
  const address = newAddress();
  await signUp(address);
  const target = { UserPoolId: aws.poolId, Username: address };
  await cognito.send(new AdminConfirmSignUpCommand(target));
  const mails = aws.mail.list().length;
  await forgot(address);
  expect(aws.mail.list().length).toBe(mails);
  const UserAttributes = [{ Name: "email_verified", Value: "true" }];
  await cognito.send(new AdminUpdateUserAttributesCommand({ ...target, UserAttributes }));
  await forgot(address);
  expect(aws.mail.list().length).toBe(mails + 1);
  const user = await cognito.send(new AdminGetUserCommand(target));
  expect(user).toMatchObject({ UserStatus: "CONFIRMED", Enabled: true });
  expect(user.UserCreateDate).toBeInstanceOf(Date);
  await failsWith(cognito.send(new AdminConfirmSignUpCommand(target)), "NotAuthorizedException");
  const unknownUser = { ...target, Username: "unknown@example.com" };
  for (const sent of [
    cognito.send(new AdminGetUserCommand(unknownUser)),
    cognito.send(new AdminConfirmSignUpCommand(unknownUser)),
    cognito.send(new AdminUpdateUserAttributesCommand({ ...unknownUser, UserAttributes })),
  ]) {
    await failsWith(sent, "UserNotFoundException", "User does not exist.");
  }
});

test("what the client or the local Cognito does not offer is said", async () => {
  const flow = (AuthFlow: "USER_SRP_AUTH" | "CUSTOM_AUTH") =>
    cognito.send(new InitiateAuthCommand({ ClientId: aws.clientId, AuthFlow, AuthParameters: {} }));
  await failsWith(
    flow("CUSTOM_AUTH"),
    "InvalidParameterException",
    "CUSTOM_AUTH flow not enabled for this client",
  );
});

test("of concurrent registrations of one address one succeeds, and no session of concurrent log-ins is lost", async () => {
  const address = newAddress();
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => signUp(address)));
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  await confirm(address, lastCode(address));
  const sessions = await Promise.all(Array.from({ length: 10 }, () => tokensOf(address)));
  await Promise.all(sessions.map((session) => refresh(session.refresh)));
});

test("fifty registrations at once all succeed", async () => {
  const addresses = Array.from({ length: 50 }, newAddress);
  await Promise.all(addresses.map((address) => signUp(address)));
  await Promise.all(addresses.map((address) => confirm(address, lastCode(address))));
  await Promise.all(addresses.map((address) => tokensOf(address)));
});

test("calls of public operations are metered, though they are not signed", async () => {
  aws.meter.reset();
  await tokensOf(await newUser());
  expect(aws.meter.report().operations["POST /auth"]).toMatchObject({ cognito_calls: 3 });
});

test("a pool without a case-sensitive setting knows addresses in any letters only when told so", async () => {
  const { resources } = smallStack();
  const pool = resources.get("Pool");
  if (!pool) throw new Error("no pool");
  const Properties = { ...pool.Properties, UsernameConfiguration: { CaseSensitive: false } };
  const address = await newUser();
  await failsWith(logIn(address.toUpperCase()), "NotAuthorizedException");
  await aws.close();
  aws = await startTestAws({ template: smallStack({ Pool: { ...pool, Properties } }) });
  cognito = aws.as("Role").cognito;
  const other = await newUser();
  await logIn(other.toUpperCase());
  await failsWith(signUp(other.toUpperCase()), "UsernameExistsException");
}, 60_000);
