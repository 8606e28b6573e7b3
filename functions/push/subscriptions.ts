import { ECDH } from "node:crypto";
import {
  type NewPushSubscription,
  type PushSubscription as Presented,
  pushSubscriptionLimit,
} from "../../contract/push.ts";
import { ApiError, invalidInput } from "../kernel/http/api-error.ts";
import type { Slice } from "../kernel/http/page.ts";
import { environment } from "../kernel/runtime/environment.ts";
import { isoOf, isPast } from "../kernel/runtime/time.ts";
import { normalizedUrl, problemOfUrl } from "../kernel/security/public-url.ts";
import {
  deletePushSubscription,
  expiryOf,
  getPushSubscription,
  listPushSubscriptions,
  type PushSubscription,
  putPushSubscription,
  subscriptionIdOf,
} from "../store/notifications/push-subscriptions.ts";

function present({ id, endpoint, createdAt, expiresAt }: PushSubscription): Presented {
  return {
    id,
    endpoint,
    created_at: createdAt,
    expires_at: expiresAt === null ? null : isoOf(expiresAt * 1000),
  };
}

/** Returns whether a key is a point of the curve: no message can be encrypted with any other. */
function isPoint(key: string): boolean {
  try {
    ECDH.convertKey(key, "prime256v1", "base64url");
    return true;
  } catch {
    return false;
  }
}

/**
 * Throws `invalid_input` if pushes to a subscription could never work: by its address, its key or
 * its expiry.
 */
function checkSubscription({ endpoint, expirationTime, keys }: NewPushSubscription): void {
  const problem = problemOfUrl(endpoint, { toLoopback: environment.pushesToLoopback });
  const problems = [
    ...(problem === undefined ? [] : [{ path: "endpoint", message: problem }]),
    ...(isPoint(keys.p256dh) ? [] : [{ path: "keys.p256dh", message: "must be a point of the curve P-256" }]),
    ...(isPast(expiryOf(expirationTime))
      ? [{ path: "expirationTime", message: "must be in the future" }]
      : []),
  ];
  if (problems.length > 0) throw invalidInput(problems);
}

function isSame(
  stored: PushSubscription,
  given: Omit<PushSubscription, "id" | "userId" | "createdAt">,
): boolean {
  return stored.p256dh === given.p256dh && stored.auth === given.auth && stored.expiresAt === given.expiresAt;
}

/**
 * Deletes a user's oldest subscriptions beyond the limit. Each call counts after its own
 * subscription was put: so of any number of concurrent calls the last one sees all subscriptions.
 */
async function removeSurplus(userId: string): Promise<void> {
  const all = await listPushSubscriptions(userId, "consistent");
  for (const one of all.slice(0, Math.max(0, all.length - pushSubscriptionLimit)))
    await deletePushSubscription(one);
}

/**
 * Subscribes a user's browser to pushes. `isNew` is false if the browser was subscribed. Throws
 * `invalid_input`.
 */
export async function subscribe(
  userId: string,
  body: NewPushSubscription,
): Promise<{ subscription: Presented; isNew: boolean }> {
  checkSubscription(body);
  const given = {
    endpoint: normalizedUrl(body.endpoint),
    // Some browsers write padding, which is no part of base64url.
    p256dh: body.keys.p256dh.replace(/=+$/, ""),
    auth: body.keys.auth.replace(/=+$/, ""),
    expiresAt: expiryOf(body.expirationTime),
  };
  const existing = await getPushSubscription(userId, subscriptionIdOf(given.endpoint));
  if (existing && isSame(existing, given)) return { subscription: present(existing), isNew: false };
  const put = await putPushSubscription(userId, given);
  if (!existing) await removeSurplus(userId);
  return { subscription: present(put), isNew: !existing };
}

/** Returns a page of a user's push subscriptions, the newest first, and the number of all. */
export async function listSubscriptions(
  userId: string,
  page: Slice,
): Promise<{ count: number; subscriptions: Presented[] }> {
  const all = (await listPushSubscriptions(userId, "consistent")).reverse();
  return { count: all.length, subscriptions: all.slice(page.start, page.start + page.size).map(present) };
}

/** Deletes a user's push subscription. Throws `not_found`. */
export async function unsubscribe(userId: string, subscriptionId: string): Promise<void> {
  const subscription = await getPushSubscription(userId, subscriptionId);
  if (!subscription)
    throw new ApiError("not_found", "You have no push subscription with this id: list those that you have.");
  await deletePushSubscription(subscription);
}
