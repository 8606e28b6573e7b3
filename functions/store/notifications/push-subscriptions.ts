/**
 * Push subscriptions: browsers that receive a user's notifications while they are not connected.
 * The id is a digest of the endpoint. An endpoint belongs to one user at a time: a user who logs in
 * to a browser after another takes it over, in one transaction.
 *   of a user; one of them    USER#u / PUSH#...; USER#u / PUSH#id
 *   the owner                 PUSH#id / OWNER
 */
import { digest } from "../../kernel/runtime/ids.ts";
import { epochSeconds, isoOf, isPast } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { getItem, type Item, type Part, queryAll, transactWrite } from "../table/table.ts";
import { conditionExpression } from "../table/update-expression.ts";

export interface PushSubscription {
  readonly id: string;
  readonly userId: string;
  readonly endpoint: string;
  /** The browser's public key and secret, in base64url. */
  readonly p256dh: string;
  readonly auth: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** Seconds since 1970; null if the browser set no end. */
  readonly expiresAt: number | null;
}

export function subscriptionIdOf(endpoint: string): string {
  return digest(endpoint);
}

function fromItem(item: Item): PushSubscription {
  return {
    id: idOfKey(String(item.sk)),
    userId: idOfKey(String(item.pk)),
    endpoint: String(item.endpoint),
    p256dh: String(item.p256dh),
    auth: String(item.auth),
    createdAt: isoOf(Number(item.created_at)),
    expiresAt: typeof item.expires_at === "number" ? item.expires_at : null,
  };
}

function isCurrent({ expiresAt }: PushSubscription): boolean {
  return !isPast(expiresAt);
}

export async function getPushSubscription(
  userId: string,
  subscriptionId: string,
): Promise<PushSubscription | undefined> {
  const item = await getItem(keys.pushSubscription(userId, subscriptionId), "consistent");
  return item && [fromItem(item)].find(isCurrent);
}

/**
 * Returns the subscriptions of a user, the oldest first. The caller of `put` bounds their number.
 */
export async function listPushSubscriptions(
  userId: string,
  read: "consistent" | "eventual" = "eventual",
): Promise<PushSubscription[]> {
  const { pk, prefix } = keys.pushSubscriptionsOf(userId);
  const items = await queryAll({
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":pk": pk, ":prefix": prefix },
    ConsistentRead: read === "consistent",
  });
  return (
    items
      .map(fromItem)
      .filter(isCurrent)
      // Subscriptions of the same moment are ordered by id, so that all readers agree.
      .sort((one, other) => (`${one.createdAt} ${one.id}` < `${other.createdAt} ${other.id}` ? -1 : 1))
  );
}

/**
 * Returns the part that removes the owner of an endpoint. It fails if the owner is another user.
 */
function releaseOwner({ id, userId }: Pick<PushSubscription, "id" | "userId">): Part {
  return {
    Delete: {
      Key: keys.pushOwner(id),
      ...conditionExpression("attribute_not_exists(pk) OR user_id = :user", { user: userId }),
    },
  };
}

const attempts = 4;

/**
 * Puts a subscription in place of the one that the endpoint had. Another call that takes the
 * endpoint at the same time comes before or after it.
 */
export async function putPushSubscription(
  userId: string,
  given: Pick<PushSubscription, "endpoint" | "p256dh" | "auth" | "expiresAt">,
): Promise<PushSubscription> {
  const id = subscriptionIdOf(given.endpoint);
  const expiry = given.expiresAt !== null && { expires_at: given.expiresAt };
  const item = {
    ...keys.pushSubscription(userId, id),
    endpoint: given.endpoint,
    p256dh: given.p256dh,
    auth: given.auth,
    created_at: Date.now(),
    ...expiry,
  };
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const owner = (await getItem(keys.pushOwner(id), "consistent"))?.user_id;
    const unchanged =
      owner === undefined
        ? conditionExpression("attribute_not_exists(pk)")
        : conditionExpression("user_id = :owner", { owner });
    const { done } = await transactWrite([
      { Put: { Item: { ...keys.pushOwner(id), user_id: userId, ...expiry }, ...unchanged } },
      { Put: { Item: item } },
      ...(owner === undefined || owner === userId
        ? []
        : [{ Delete: { Key: keys.pushSubscription(String(owner), id) } }]),
    ]);
    if (done) return fromItem(item);
  }
  throw new Error(`The push subscription ${id} changed hands ${attempts} times while it was put.`);
}

/**
 * Deletes a subscription and its user's ownership of the endpoint. If another user has taken it
 * over, it stays theirs.
 */
export async function deletePushSubscription(
  subscription: Pick<PushSubscription, "id" | "userId">,
): Promise<void> {
  await transactWrite([
    { Delete: { Key: keys.pushSubscription(subscription.userId, subscription.id) } },
    releaseOwner(subscription),
  ]);
}

/**
 * Returns an expiry in seconds since 1970 for the TTL, from a browser's `expirationTime` in
 * milliseconds since 1970.
 */
export function expiryOf(expirationTime: number | null | undefined): number | null {
  return typeof expirationTime === "number" ? epochSeconds(expirationTime) : null;
}
