import { type Actor, groupsOf } from "../kernel/auth/actor.ts";
import { ApiError, invalidInput } from "../kernel/http/api-error.ts";
import { environment } from "../kernel/runtime/environment.ts";
import { listBlocks } from "../store/contacts/blocks.ts";
import { getProfiles } from "../store/users/profiles.ts";

/** Throws `invalid_input` that names each id that is nobody's, by its place in the field of the body. */
export async function accessUsers(field: string, userIds: readonly string[]): Promise<void> {
  const profiles = await getProfiles(userIds);
  const unknown = userIds.flatMap((userId, at) =>
    profiles.has(userId) ? [] : [{ path: `${field}.${at}`, message: "There is no user with this id" }],
  );
  if (unknown.length > 0) throw invalidInput(unknown);
}

/**
 * Those of some people whom somebody may invite: neither whom they block nor who blocks them. The others are left out
 * without a word, so that nobody learns of a block by inviting.
 */
export async function withoutBlocks(userId: string, userIds: readonly string[]): Promise<string[]> {
  const blocks = await listBlocks(userId, "consistent");
  const apart = new Set(blocks.map((block) => block.userId));
  return userIds.filter((other) => !apart.has(other));
}

/**
 * Throws `forbidden` unless the caller's token names the group of administrators. Somebody who is taken out of the
 * group is one until their token expires.
 */
export function accessAdministrator(actor: Actor): void {
  if (!groupsOf(actor, environment.groupsClaim).includes(environment.adminGroup))
    throw new ApiError("forbidden", "This is for administrators: ask one of them.");
}
