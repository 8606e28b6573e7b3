import { environment } from "../kernel/runtime/environment.ts";
import { digest } from "../kernel/runtime/ids.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import { NotPublicError, problemOfUrl } from "../kernel/security/public-url.ts";
import { wantsNotifications } from "../notifications/notify-members.ts";
import { getNotificationStates, viewNotificationStates } from "../notifications/view.ts";
import { getNotification } from "../store/notifications/notifications.ts";
import type { PushAnswer, PushMessage } from "../store/notifications/push-services.ts";
import {
  deletePushSubscription,
  getPushSubscription,
  type PushSubscription,
} from "../store/notifications/push-subscriptions.ts";
import type { Push } from "../store/notifications/pushes.ts";
import { dismissNotice } from "../store/notifications/unread-notices.ts";
import { type PushContent, presentPush, withoutTexts } from "./present.ts";

/** A push service asks for another attempt. The message gives the status of its answer. */
export class PushDeferredError extends Error {
  /** Seconds until the next attempt, if the service named them. */
  readonly retryAfter: number | undefined;

  constructor(service: string, { status, retryAfter }: PushAnswer) {
    super(`${service} answered ${status}.`);
    this.name = "PushDeferredError";
    this.retryAfter = retryAfter;
  }
}

/**
 * Seconds for which a push service keeps a message for a browser that is off: a day, after which
 * the message is no longer news.
 */
const longestTtl = 24 * 60 * 60;

/** The content of a push, and its end in seconds since 1970; null for the longest time. */
interface Sending {
  readonly content: PushContent;
  readonly expiresAt: number | null;
}

/**
 * Returns what to push of a notification. Returns undefined if the user has read or deleted it
 * meanwhile, if its message was deleted, or if the user would no longer be notified. A muted room
 * does not hold back an emergency; a block does.
 *
 * This is the last decision. stream-handlers.ts made the first one, by the user's connections.
 */
async function getSending({ user_id: userId, notification_id: id }: Push): Promise<Sending | undefined> {
  const stored = await getNotification(userId, id);
  if (!stored) return undefined;
  const [state] = await getNotificationStates(userId, [stored]);
  if (!state || state.isRead) return undefined;
  const { room } = state;
  if (room && stored.type !== "emergency" && !wantsNotifications(room.me)) return undefined;
  const [viewed] = await viewNotificationStates(userId, [state]);
  if (
    !viewed ||
    viewed.isBlocked ||
    (stored.seq !== null && viewed.notification.message?.is_deleted !== false)
  ) {
    // The user was not notified by it: the next message must notify them.
    if (stored.type === "new_message" && room && stored.seq !== null)
      await dismissNotice(room.head.id, userId, stored.seq);
    return undefined;
  }
  const { notification, message } = viewed;
  return {
    content: presentPush(notification, room?.head.name ?? null),
    expiresAt: message?.expiresAt ?? null,
  };
}

/**
 * Returns the topic under which a push service keeps only the newest message for a browser that is
 * off: one for each room; undefined for an emergency. The topic is a digest, so that the service
 * learns neither the room nor its other members.
 * https://www.rfc-editor.org/rfc/rfc8030#section-5.4
 */
function topicOf(userId: string, { type, room }: PushContent): string | undefined {
  return type === "emergency" || room === null ? undefined : digest(`${userId} ${room}`).slice(0, 32);
}

/**
 * Returns the seconds for which a push service keeps a message, at most until the message expires.
 */
function ttlUntil(expiresAt: number | null): number {
  return expiresAt === null
    ? longestTtl
    : Math.min(Math.max(0, Math.floor(expiresAt - Date.now() / 1000)), longestTtl);
}

function messageOf(userId: string, { content, expiresAt }: Sending): PushMessage {
  return {
    payload: JSON.stringify(content),
    ttl: ttlUntil(expiresAt),
    urgency: content.type === "emergency" ? "high" : "normal",
    topic: topicOf(userId, content),
  };
}

/**
 * Returns whether a subscription can never be reached. Its host name has no address, or one that is
 * not public. Browsers write a name without an address for a subscription that they have given up.
 */
function isUnreachable(error: unknown): boolean {
  return (
    error instanceof NotPublicError ||
    (error instanceof Error && "code" in error && error.code === "ENOTFOUND")
  );
}

/** Sends a push to a browser. Returns undefined if its push service does not exist. */
async function sendPush(subscription: PushSubscription, sending: Sending): Promise<PushAnswer | undefined> {
  const { sendToBrowser } = await import("../store/notifications/push-services.ts");
  try {
    return await sendToBrowser(subscription, messageOf(subscription.userId, sending));
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    log("warn", "push_service_unreachable", errorFacts(error));
    return undefined;
  }
}

/**
 * Acts on a push service's answer. Deletes a subscription that has ended. Throws
 * `PushDeferredError` if the service asks for another attempt.
 */
async function handleAnswer(subscription: PushSubscription, answer: PushAnswer | undefined): Promise<void> {
  // https://www.rfc-editor.org/rfc/rfc8030#section-7.3
  if (!answer || answer.status === 404 || answer.status === 410) return deletePushSubscription(subscription);
  const { status } = answer;
  if (status >= 200 && status < 300) return;
  const { host } = new URL(subscription.endpoint);
  if (status === 408 || status === 429 || status >= 500) throw new PushDeferredError(host, answer);
  // The service will answer the same each time: to a wrong subject, to a key that is not the
  // subscription's, or with a redirect.
  log("error", "push_refused", { service: host, status, subscription_id: subscription.id });
}

async function pushToBrowser(push: Push & { push: "browser" }): Promise<void> {
  const subscription = await getPushSubscription(push.user_id, push.subscription_id);
  if (!subscription) return;
  // Checks the address again, since the stack may allow fewer addresses by now.
  if (problemOfUrl(subscription.endpoint, { toLoopback: environment.pushesToLoopback }) !== undefined)
    return deletePushSubscription(subscription);
  const sending = await getSending(push);
  if (!sending) return;
  const answer = await sendPush(subscription, sending);
  const shorter = { ...sending, content: withoutTexts(sending.content) };
  await handleAnswer(subscription, answer?.status === 413 ? await sendPush(subscription, shorter) : answer);
}

async function pushToTopic(push: Push): Promise<void> {
  const sending = await getSending(push);
  if (!sending) return;
  const { publishNotification } = await import("../store/notifications/notification-topic.ts");
  await publishNotification(push.user_id, sending.content);
}

/**
 * Pushes a notification, as it is now, to a browser or to the topic. Deletes a subscription that
 * has ended. Throws to be called again: `PushDeferredError` if the push service asked for it.
 */
export function pushNotification(push: Push): Promise<void> {
  return push.push === "browser" ? pushToBrowser(push) : pushToTopic(push);
}
