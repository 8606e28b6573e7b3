import type { User } from "../../contract/objects/user.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { updateVerification } from "../store/users/profiles.ts";
import { personOf } from "../store/users/users.ts";
import { accessAdministrator } from "./access.ts";
import { withSeenEmail } from "./email-visibility.ts";
import { presentUser } from "./present.ts";

/**
 * Returns users as the viewer sees them, in the given order. Users who no longer have a profile are
 * left out. A hundred of them fit in an answer, however long their texts are (see
 * kernel/http/answer-size.ts).
 */
export async function viewUsers(viewerId: string, userIds: readonly string[]): Promise<User[]> {
  const [{ people }, seesEmailOf] = await Promise.all([
    batchGet({ profiles: userIds, presences: [...userIds, viewerId] }),
    withSeenEmail(viewerId, userIds),
  ]);
  return userIds
    .filter((userId) => people.profiles.has(userId))
    .map((userId) => presentUser(personOf(people, userId, viewerId), seesEmailOf.has(userId)));
}

/** Returns a user as the viewer sees them. Throws `not_found`. */
export async function viewUser(viewerId: string, userId: string): Promise<User> {
  const [user] = await viewUsers(viewerId, [userId]);
  if (!user) throw new ApiError("not_found", "User not found");
  return user;
}

/** Sets whether a user is verified. Throws `forbidden` or `not_found`. */
export async function verifyUser(actor: Actor, userId: string, isVerified: boolean): Promise<User> {
  accessAdministrator(actor);
  const profile = await updateVerification(userId, isVerified);
  if (!profile) throw new ApiError("not_found", "User not found");
  // A read might not see the change yet.
  return { ...(await viewUser(actor.userId, userId)), is_verified: profile.is_verified };
}
