import { type Actor, groupsOf } from "../kernel/auth/actor.ts";
import { ApiError, invalidInput } from "../kernel/http/api-error.ts";
import { environment } from "../kernel/runtime/environment.ts";
import { listBlocks } from "../store/contacts/blocks.ts";
import { getProfiles } from "../store/users/profiles.ts";

/** Throws `invalid_input` that names each unknown id by its place in the body's field. */
export async function accessUsers(field: string, userIds: readonly string[]): Promise<void> {
  const profiles = await getProfiles(userIds);
  const unknown = userIds.flatMap((userId, at) =>
    profiles.has(userId) ? [] : [{ path: `${field}.${at}`, message: "There is no user with this id" }],
  );
  if (unknown.length > 0) throw invalidInput(unknown);
}

/**
 * Returns the users whom a user may invite: it leaves out users blocked by this user, or blocking
 * them. It does so silently, so that an invitation reveals no block.
 */
export async function withoutBlocks(userId: string, userIds: readonly string[]): Promise<string[]> {
  const blocks = await listBlocks(userId, "consistent");
  const blockedIds = new Set(blocks.map((block) => block.userId));
  return userIds.filter((other) => !blockedIds.has(other));
}

/**
 * Throws `forbidden` unless the caller's token names the group of administrators. A user who was
 * removed from the group stays an administrator until their token expires.
 */
export function accessAdministrator(actor: Actor): void {
  if (!groupsOf(actor, environment.groupsClaim).includes(environment.adminGroup))
    throw new ApiError("forbidden", "This is for administrators: ask one of them.");
}
