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
import { type PushContent, presentPush, shrunk } from "./present.ts";

/** A push service wants to be asked again; its message says how it put that. */
export class PushDeferredError extends Error {
  /** Seconds until then, where the service said so. */
  readonly retryAfter: number | undefined;

  constructor(service: string, { status, retryAfter }: PushAnswer) {
    super(`${service} answered ${status}.`);
    this.name = "PushDeferredError";
    this.retryAfter = retryAfter;
  }
}

/** Seconds for which a push service keeps a message for a browser that is off: after a day it is news no more. */
const longestTtl = 24 * 60 * 60;

/** What is told, and until when, in seconds since 1970; null for as long as it may be. */
interface Sending {
  readonly content: PushContent;
  readonly expiresAt: number | null;
}

/**
 * What is to be told of a notification; undefined where it was read, deleted, or its message was, in the meantime, and where
 * its receiver would not be notified any more. Of emergencies everybody is who is not blocked.
 */
async function getSending({ user_id: userId, notification_id: id }: Push): Promise<Sending | undefined> {
  const stored = await getNotification(userId, id);
  if (!stored) return undefined;
  const [standing] = await getNotificationStates(userId, [stored]);
  if (!standing || standing.isRead) return undefined;
  const { room } = standing;
  if (room && stored.type !== "emergency" && !wantsNotifications(room.me)) return undefined;
  const [viewed] = await viewNotificationStates(userId, [standing]);
  if (
    !viewed ||
    viewed.isApart ||
    (stored.seq !== null && viewed.notification.message?.is_deleted !== false)
  ) {
    // They were told of nothing by it: the next message is to tell them.
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
 * Of one room, the newest alone waits for a browser that is off. The name tells the service neither the room nor who else is
 * in it. https://www.rfc-editor.org/rfc/rfc8030#section-5.4
 */
function topicOf(userId: string, { type, room }: PushContent): string | undefined {
  return type === "emergency" || room === null ? undefined : digest(`${userId} ${room}`).slice(0, 32);
}

/** Not beyond the end of a message that destroys itself. */
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

/** Whether a subscription can never be reached: its name leads nowhere, as browsers say of one that they have given up. */
function isUnreachable(error: unknown): boolean {
  return (
    error instanceof NotPublicError ||
    (error instanceof Error && "code" in error && error.code === "ENOTFOUND")
  );
}

/** Sends; undefined where there is no such service. */
async function send(subscription: PushSubscription, sending: Sending): Promise<PushAnswer | undefined> {
  const { sendToBrowser } = await import("../store/notifications/push-services.ts");
  try {
    return await sendToBrowser(subscription, messageOf(subscription.userId, sending));
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    log("warn", "push_service_unreachable", errorFacts(error));
    return undefined;
  }
}

/** Does what a push service's answer asks for. */
async function settle(subscription: PushSubscription, answer: PushAnswer | undefined): Promise<void> {
  // https://www.rfc-editor.org/rfc/rfc8030#section-7.3
  if (!answer || answer.status === 404 || answer.status === 410) return deletePushSubscription(subscription);
  const { status } = answer;
  if (status >= 200 && status < 300) return;
  const { host } = new URL(subscription.endpoint);
  if (status === 408 || status === 429 || status >= 500) throw new PushDeferredError(host, answer);
  // It will answer the same each time: to a wrong subject, a key that is not the subscription's, a redirect.
  log("error", "push_refused", { service: host, status, subscription_id: subscription.id });
}

async function pushToBrowser(push: Push & { push: "browser" }): Promise<void> {
  const subscription = await getPushSubscription(push.user_id, push.subscription_id);
  if (!subscription) return;
  // Again, since the stack may let in less by now.
  if (problemOfUrl(subscription.endpoint, { toLoopback: environment.pushesToLoopback }) !== undefined)
    return deletePushSubscription(subscription);
  const sending = await getSending(push);
  if (!sending) return;
  const answer = await send(subscription, sending);
  const shorter = { ...sending, content: shrunk(sending.content) };
  await settle(subscription, answer?.status === 413 ? await send(subscription, shorter) : answer);
}

async function pushToTopic(push: Push): Promise<void> {
  const sending = await getSending(push);
  if (!sending) return;
  const { publishNotification } = await import("../store/notifications/notification-topic.ts");
  await publishNotification(push.user_id, sending.content);
}

/**
 * Tells a browser, or the topic, of a notification as it is now. Throws to be called again, PushDeferredError where it was
 * said when; a subscription that has ended is removed.
 */
export function pushNotification(push: Push): Promise<void> {
  return push.push === "browser" ? pushToBrowser(push) : pushToTopic(push);
}
