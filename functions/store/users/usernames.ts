/**
 * Usernames: one item claims each, so that two users cannot have the same one.
 *   the user of a username    USERNAME#<folded> / USERNAME
 * A claim is pending, with a time to live, until its account exists and, if that takes a code, is
 * confirmed.
 */
import { epochSeconds } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { getItem, getItems, type Item, updateItem } from "../table/table.ts";

/** Seconds for which an unfinished registration keeps its username. */
const pendingSeconds = 3600;

/** `Ann` and `ann` are the same username, and so are the ways in which Unicode can write it. */
function folded(username: string): string {
  return username.normalize("NFKC").toLowerCase();
}

export function isSameUsername(one: string, other: string): boolean {
  return folded(one) === folded(other);
}

interface UsernameClaim {
  readonly email: string;
  readonly userId: string | undefined;
}

function fromItem(item: Item): UsernameClaim | undefined {
  const isLapsed = typeof item.expires_at === "number" && item.expires_at < epochSeconds();
  if (isLapsed) return undefined;
  return { email: String(item.email), userId: typeof item.user_id === "string" ? item.user_id : undefined };
}

export async function getUsernameClaim(username: string): Promise<UsernameClaim | undefined> {
  const item = await getItem(keys.username(folded(username)));
  return item && fromItem(item);
}

/**
 * Finds the users of some usernames. Returns a function that gives the id for each; undefined if no
 * user has it.
 */
export async function findUserIds(
  usernames: readonly string[],
): Promise<(username: string) => string | undefined> {
  const items = await getItems([...new Set(usernames.map(folded))].map(keys.username));
  const userIds = new Map(items.map((item) => [idOfKey(String(item.pk)), fromItem(item)?.userId]));
  return (username) => userIds.get(folded(username));
}

/**
 * Claims a username for a future account. Returns false if an account has it, or another claim. The
 * same e-mail address may claim it again.
 */
export async function claimUsername(username: string, email: string): Promise<boolean> {
  const now = epochSeconds();
  const { done } = await updateItem(keys.username(folded(username)), {
    set: { email, expires_at: now + pendingSeconds },
    remove: ["user_id"],
    condition:
      "attribute_not_exists(pk) OR (attribute_exists(expires_at) AND (expires_at < :now OR (email = :email AND attribute_not_exists(user_id))))",
    values: { now },
  });
  return done;
}

/**
 * Makes a claim last for `seconds` if they are given, else for good. Returns false if another user
 * has the username by now.
 */
export async function keepUsername(
  username: string,
  email: string,
  userId: string,
  seconds?: number,
): Promise<boolean> {
  const now = epochSeconds();
  const { done } = await updateItem(keys.username(folded(username)), {
    set: { email, user_id: userId, expires_at: seconds === undefined ? null : now + seconds },
    condition:
      "attribute_not_exists(pk) OR user_id = :user_id OR (attribute_exists(expires_at) AND (expires_at < :now OR email = :email))",
    values: { now },
  });
  return done;
}

/** Releases a claim whose account was not created: it expires after `seconds`. */
export async function releaseUsername(username: string, email: string, seconds: number): Promise<void> {
  await updateItem(keys.username(folded(username)), {
    set: { expires_at: epochSeconds() + seconds },
    condition: "attribute_exists(expires_at) AND email = :email",
    values: { email },
  });
}
