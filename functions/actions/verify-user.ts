import type { User } from "../../contract/objects/user.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { updateVerification } from "../store/users/profiles.ts";
import { accessAdministrator } from "../users/access.ts";
import { viewUser } from "../users/view.ts";

/** Says whether somebody is verified. Throws `forbidden` or `not_found`. */
export const verifyUser = async (actor: Actor, userId: string, isVerified: boolean): Promise<User> => {
  accessAdministrator(actor);
  const profile = await updateVerification(userId, isVerified);
  if (!profile) throw new ApiError("not_found", "User not found");
  // A read might not see the change yet.
  return { ...(await viewUser(actor.userId, userId)), is_verified: profile.is_verified };
};
