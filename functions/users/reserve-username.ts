import { usernameLimit } from "../../contract/auth.ts";
import { nameSigns } from "../kernel/runtime/ids.ts";
import { keepUsername } from "../store/users/usernames.ts";

/**
 * As much of a username as fits, which then ends in a letter or digit again: no mention reaches further. It fits in the form
 * that is compared, where a sign may be several.
 */
export function usernamePrefix(wanted: string, limit: number): string {
  let beginning = "";
  for (const sign of wanted) {
    const longer = beginning + sign;
    if ([...longer.normalize("NFKC")].length > limit) break;
    beginning = longer;
  }
  return beginning.replace(/[._-]+$/, "");
}

/** Signs that tell a username from the one that is taken; more where that is taken too. */
const signs = [6, 12, 24];

/**
 * Keeps the wanted username for an account, or, where it has become somebody else's, one that begins so and ends in signs of
 * the account's id: for so many seconds, where they are given.
 */
export async function reserveUsername(
  wanted: string,
  email: string,
  userId: string,
  seconds?: number,
): Promise<string> {
  const others = signs.map(
    (count) => `${usernamePrefix(wanted, usernameLimit - 1 - count)}-${nameSigns(userId, count)}`,
  );
  for (const username of [wanted, ...others])
    if (await keepUsername(username, email, userId, seconds)) return username;
  throw new Error(`No username is free for ${userId}.`);
}
