import { type Actor, groupsOf } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { environment } from "../kernel/runtime/environment.ts";

/**
 * Throws `forbidden` unless the caller's token names the group of administrators. Somebody who is taken out of the
 * group is one until their token expires.
 */
export const accessAdministrator = (actor: Actor): void => {
  if (!groupsOf(actor, environment.groupsClaim).includes(environment.adminGroup))
    throw new ApiError("forbidden", "This is for administrators: ask one of them.");
};
