import { listeningTo } from "../delivery/audience.ts";
import { environment } from "../kernel/runtime/environment.ts";
import type { Change } from "../store/background/changes.ts";
import type { StoredNotification } from "../store/notifications/notifications.ts";
import { listPushSubscriptions } from "../store/notifications/push-subscriptions.ts";
import { type Push, sendPushes } from "../store/notifications/pushes.ts";
import { getPresence } from "../store/presence/presence.ts";

/** Whether somebody has a connection that gets what the notification is of. */
async function isReached({ userId, roomId }: StoredNotification): Promise<boolean> {
  return listeningTo(roomId, await getPresence(userId)).length > 0;
}

/**
 * Somebody has a new notification: it is pushed to their browsers, and to the topic, if they are not connected, and an
 * emergency in any case. That of a new message was made for the very reason that they are not.
 */
export async function onNotificationCreated(change: Change): Promise<void> {
  if (change.kind !== "notification" || change.before || !change.after || change.after.isRebuilt) return;
  const { userId, id, type } = change.after;
  // First what most people have none of, so that they cost half a read unit and no message.
  const subscriptions = await listPushSubscriptions(userId);
  const toTopic = environment.notificationTopicArn !== undefined;
  if (subscriptions.length === 0 && !toTopic) return;
  if (type !== "emergency" && type !== "new_message" && (await isReached(change.after))) return;
  const one = { user_id: userId, notification_id: id };
  await sendPushes([
    ...subscriptions.map(
      (subscription): Push => ({
        push: "browser",
        ...one,
        subscription_id: subscription.id,
      }),
    ),
    ...(toTopic ? [{ push: "topic", ...one } as const] : []),
  ]);
}
