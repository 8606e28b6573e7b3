/**
 * Registrations: the profiles of users who have an account and have not confirmed its e-mail
 * address yet. No other user sees them: a registration becomes the profile when its user first logs
 * in.
 *   one by its user           USER#u / REGISTRATION
 */
import { epochSeconds } from "../../kernel/runtime/time.ts";
import { keys } from "../table/keys.ts";
import { getItem, putItem } from "../table/table.ts";
import { type Profile, profileAttributes, profileFromItem } from "./profiles.ts";

/**
 * Seconds for which a registration waits: some days, since its code may be lost, and the user may
 * ask for another one.
 */
const waitSeconds = 8 * 24 * 60 * 60;

/**
 * Seconds for which a registration keeps its username: an hour longer than its e-mailed code is
 * valid.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/limits.html
 */
export const usernameSeconds = 25 * 60 * 60;

export function putRegistration(profile: Profile): Promise<void> {
  return putItem({
    ...keys.registration(profile.id),
    ...profileAttributes(profile),
    expires_at: epochSeconds() + waitSeconds,
  });
}

export async function getRegistration(userId: string): Promise<Profile | undefined> {
  const item = await getItem(keys.registration(userId), "consistent");
  return item && Number(item.expires_at) > epochSeconds() ? profileFromItem(item) : undefined;
}
