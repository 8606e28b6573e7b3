import { randomUUID } from "node:crypto";
import {
  AdminAddUserToGroupCommand,
  CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import type { User } from "../../contract/objects/user.ts";
import { until } from "./background.ts";
import { call } from "./contract-client.ts";
import { plantItems } from "./seed-items.ts";
import { seededProfile } from "./seeded.ts";
import { target } from "./target.ts";

export const password = "correct horse battery";

export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly token: string;
  readonly idToken: string;
  readonly refreshToken: string;
  readonly user: User;
}

/** A new account, logged in. Its username begins with `name`. */
export async function newUser(name = "user"): Promise<TestUser> {
  const username = `${name}-${randomUUID().slice(0, 8)}`;
  const email = `${username}@example.com`;
  const { user } = await call("register", { body: { username, email, password } });
  const tokens = await call("login", { body: { email, password } });
  return {
    id: user.id,
    username,
    email,
    token: tokens.access_token,
    idToken: tokens.id_token,
    refreshToken: tokens.refresh_token,
    user: tokens.user,
  };
}

/** A new account of an administrator: put into the group as an operator does it, and logged in afterwards. */
export async function newAdministrator(): Promise<TestUser> {
  const user = await newUser("admin");
  const { awsUrl, operator, userPoolId } = target();
  const cognito = new CognitoIdentityProviderClient({
    endpoint: awsUrl,
    region: operator.region,
    credentials: operator,
  });
  await cognito.send(
    new AdminAddUserToGroupCommand({ UserPoolId: userPoolId, Username: user.email, GroupName: "admins" }),
  );
  const tokens = await call("login", { body: { email: user.email, password } });
  return { ...user, token: tokens.access_token, idToken: tokens.id_token };
}

export function newUsers(count: number): Promise<TestUser[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => newUser(`user${at}`)));
}

/** People whom nobody logs in as: there to be members. Their ids. */
export async function newAccounts(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  const profiles = ids.map((id) => seededProfile(id, `member-${id.slice(0, 13)}`));
  await plantItems(profiles);
  return ids;
}

/** The direct room of two people. */
export async function directRoom(one: TestUser, other: TestUser): Promise<string> {
  return (await call("openDirectRoom", { token: one.token, body: { user_id: other.id } })).id;
}

export async function groupRoom(creator: TestUser, others: readonly TestUser[]): Promise<string> {
  const body = { room_type: "group", name: "A group", participant_ids: others.map((other) => other.id) };
  return (await call("createRoom", { token: creator.token, body })).id;
}

/** Waits until the directory, which follows profiles a moment later, finds somebody by their username. */
export function untilListed(viewer: TestUser, user: TestUser): Promise<void> {
  return until(async () => {
    const { results } = await call("searchUsers", { token: viewer.token, query: { q: user.username } });
    return results.some(({ id }) => id === user.id);
  }, `${user.username} is in the directory`);
}

/** New accounts, so that each can be given a name: `const [ann, ben] = await two()`. */
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
