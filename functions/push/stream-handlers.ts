import { listeningTo } from "../delivery/audience.ts";
import { environment } from "../kernel/runtime/environment.ts";
import type { StreamHandlers } from "../store/background/changes.ts";
import type { StoredNotification } from "../store/notifications/notifications.ts";
import { listPushSubscriptions } from "../store/notifications/push-subscriptions.ts";
import { type Push, sendPushes } from "../store/notifications/pushes.ts";
import { getPresence } from "../store/presence/presence.ts";

/**
 * Returns whether the user has a connection that receives the events of the notification's room.
 */
async function isConnected({ userId, roomId }: StoredNotification): Promise<boolean> {
  return listeningTo(roomId, await getPresence(userId)).length > 0;
}

export const pushStreamHandlers = {
  /**
   * Pushes a new notification to the browsers of its user, and to the topic, if the user is not
   * connected. An emergency is pushed in any case. The notification of a new message needs no look
   * at the connections: it exists because the user is not connected.
   *
   * `getSending` in send.ts decides again when the push is sent, by what the user has read, muted
   * or blocked by then.
   */
  notificationCreated: async (notification) => {
    if (notification.isRebuilt) return;
    const { userId, id, type } = notification;
    // Reads the subscriptions first: most users have none, and then cost half a read unit and no
    // message of the queue.
    const subscriptions = await listPushSubscriptions(userId);
    const toTopic = environment.notificationTopicArn !== undefined;
    if (subscriptions.length === 0 && !toTopic) return;
    if (type !== "emergency" && type !== "new_message" && (await isConnected(notification))) return;
    const target = { user_id: userId, notification_id: id };
    await sendPushes([
      ...subscriptions.map(
        (subscription): Push => ({
          push: "browser",
          ...target,
          subscription_id: subscription.id,
        }),
      ),
      ...(toTopic ? [{ push: "topic", ...target } as const] : []),
    ]);
  },
} satisfies StreamHandlers;
