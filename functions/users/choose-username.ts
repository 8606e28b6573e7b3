import { usernameLimit } from "../../contract/auth.ts";
import { hexDigest } from "../kernel/runtime/ids.ts";
import { keepUsername } from "../store/users/usernames.ts";

/**
 * Returns as much of a username as fits in the limit. It ends in a letter or digit, because a
 * mention reaches no further. The limit counts the compared form, in which one character may become
 * several.
 */
export function usernamePrefix(wanted: string, limit: number): string {
  let prefix = "";
  for (const character of wanted) {
    const longer = prefix + character;
    if ([...longer.normalize("NFKC")].length > limit) break;
    prefix = longer;
  }
  return prefix.replace(/[._-]+$/, "");
}

/**
 * Lengths of the suffix that makes a taken username free; a longer one if the shorter one is taken
 * too.
 */
const suffixLengths = [6, 12, 24];

/**
 * Chooses the username of an account, reserves it, and returns it: the wanted one, or if another
 * user has it by now, one with the same start and a suffix made from the account's id. `seconds`
 * limits the reservation.
 */
export async function chooseUsername(
  wanted: string,
  email: string,
  userId: string,
  seconds?: number,
): Promise<string> {
  const others = suffixLengths.map(
    (length) => `${usernamePrefix(wanted, usernameLimit - 1 - length)}-${hexDigest(userId, length)}`,
  );
  for (const username of [wanted, ...others])
    if (await keepUsername(username, email, userId, seconds)) return username;
  throw new Error(`No username is free for ${userId}.`);
}
