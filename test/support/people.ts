import { randomUUID } from "node:crypto";
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  InitiateAuthCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { until } from "./background.ts";
import { call } from "./contract-client.ts";
import { operatorCognito } from "./operator.ts";
import { seedItems } from "./seed-items.ts";
import { seededAccount, seededProfile } from "./seeded.ts";
import { target } from "./target.ts";

export const password = "correct horse battery";

export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly token: string;
  readonly idToken: string;
  readonly refreshToken: string;
}

/** Creates a confirmed account in the user pool, as an operator does. Returns the user's id. */
async function createAccount(username: string, email: string): Promise<string> {
  const { userPoolId: UserPoolId } = target();
  const { User } = await operatorCognito().send(
    new AdminCreateUserCommand({
      UserPoolId,
      Username: email,
      MessageAction: "SUPPRESS",
      UserAttributes: [
        { Name: "email", Value: email },
        { Name: "email_verified", Value: "true" },
        { Name: "preferred_username", Value: username },
      ],
    }),
  );
  const id = User?.Attributes?.find(({ Name }) => Name === "sub")?.Value;
  if (id === undefined) throw new Error("Cognito created a user without an id.");
  await operatorCognito().send(
    new AdminSetUserPasswordCommand({ UserPoolId, Username: email, Password: password, Permanent: true }),
  );
  return id;
}

/** Logs in at the user pool, without the API. */
async function logIn(email: string): Promise<Pick<TestUser, "token" | "idToken" | "refreshToken">> {
  const { AuthenticationResult: tokens } = await operatorCognito().send(
    new InitiateAuthCommand({
      ClientId: target().userPoolClientId,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: email, PASSWORD: password },
    }),
  );
  const { AccessToken: token, IdToken: idToken, RefreshToken: refreshToken } = tokens ?? {};
  if (!token || !idToken || !refreshToken) throw new Error("Cognito gave no tokens.");
  return { token, idToken, refreshToken };
}

/**
 * Returns a new user with an account, logged in. The username begins with `name`. An operator
 * writes the items that `register` and `login` leave behind: most tests need users and are not
 * about accounts, and the two calls take almost twice the time.
 */
export async function newUser(name = "user"): Promise<TestUser> {
  const username = `${name}-${randomUUID().slice(0, 8)}`;
  const email = `${username}@example.com`;
  const id = await createAccount(username, email);
  const [tokens] = await Promise.all([logIn(email), seedItems(seededAccount(id, username))]);
  return { id, username, email, ...tokens };
}

/** Returns a new administrator: an operator puts a user into the group, who then logs in again. */
export async function newAdministrator(): Promise<TestUser> {
  const user = await newUser("admin");
  await operatorCognito().send(
    new AdminAddUserToGroupCommand({
      UserPoolId: target().userPoolId,
      Username: user.email,
      GroupName: "admins",
    }),
  );
  return { ...user, ...(await logIn(user.email)) };
}

export function newUsers(count: number): Promise<TestUser[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => newUser(`user${at}`)));
}

/** Seeds users who never log in, to be members, and returns their ids. */
export async function newAccounts(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  const profiles = ids.map((id) => seededProfile(id, `member-${id.slice(0, 13)}`));
  await seedItems(profiles);
  return ids;
}

/** Opens the direct room of two users, and returns its id. */
export async function directRoom(one: TestUser, other: TestUser): Promise<string> {
  return (await call("openDirectRoom", { token: one.token, body: { user_id: other.id } })).id;
}

export async function groupRoom(creator: TestUser, others: readonly TestUser[]): Promise<string> {
  const body = { room_type: "group", name: "A group", participant_ids: others.map((other) => other.id) };
  return (await call("createRoom", { token: creator.token, body })).id;
}

/** Waits until the directory, which is written after the profile, finds the user by username. */
export function untilListed(viewer: TestUser, user: TestUser): Promise<void> {
  return until(async () => {
    const { results } = await call("searchUsers", { token: viewer.token, query: { q: user.username } });
    return results.some(({ id }) => id === user.id);
  }, `${user.username} is in the directory`);
}

/** Returns two new users, so that a test can name each: `const [ann, ben] = await two()`. */
export async function two(): Promise<[TestUser, TestUser]> {
  const [ann, ben] = await newUsers(2);
  if (!ann || !ben) throw new Error("Two users were asked for.");
  return [ann, ben];
}

export async function three(): Promise<[TestUser, TestUser, TestUser]> {
  const [ann, ben, cid] = await newUsers(3);
  if (!ann || !ben || !cid) throw new Error("Three users were asked for.");
  return [ann, ben, cid];
}

export async function four(): Promise<[TestUser, TestUser, TestUser, TestUser]> {
  const [ann, ben, cid, dee] = await newUsers(4);
  if (!ann || !ben || !cid || !dee) throw new Error("Four users were asked for.");
  return [ann, ben, cid, dee];
}

/** Returns two new users and their direct room. */
export async function pair(): Promise<{ ann: TestUser; ben: TestUser; roomId: string }> {
  const [ann, ben] = await two();
  return { ann, ben, roomId: await directRoom(ann, ben) };
}

/** Returns three new users and a group of them, whose admin is ann. */
export async function trio(): Promise<{ ann: TestUser; ben: TestUser; cid: TestUser; roomId: string }> {
  const [ann, ben, cid] = await three();
  return { ann, ben, cid, roomId: await groupRoom(ann, [ben, cid]) };
}
