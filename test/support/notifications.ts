import type { Notification } from "../../contract/objects/notification.ts";
import { afterSeconds } from "./background.ts";
import { call } from "./contract-client.ts";
import type { TestUser } from "./people.ts";

/** Returns a user's notifications, once the consequences of all earlier calls are written. */
export async function notificationsOf({ token }: TestUser): Promise<Notification[]> {
  await afterSeconds(0);
  const { results, count } = await call("listNotifications", { token, query: { page_size: 100 } });
  if (count !== results.length) throw new Error("There is more than one page.");
  const { unread_count: unread } = await call("getUnreadNotificationCount", { token });
  if (unread !== results.filter((one) => !one.is_read).length)
    throw new Error(`${unread} were counted as unread, of ${JSON.stringify(results)}.`);
  return results;
}

/**
 * Returns the types of a user's notifications, once the consequences of all earlier calls are
 * written.
 */
export async function typesOf(user: TestUser): Promise<string[]> {
  return (await notificationsOf(user)).map(({ type }) => type);
}

export function markRead({ token }: TestUser, room_id: string, up_to_seq?: number) {
  return call("markRoomRead", {
    token,
    params: { room_id },
    body: up_to_seq === undefined ? {} : { up_to_seq },
  });
}

/** Deletes all notifications of a user, such as the invitation to the room of a test. */
export async function clearNotifications(user: TestUser): Promise<void> {
  for (const { id } of await notificationsOf(user))
    await call("deleteNotification", { token: user.token, params: { notification_id: id } });
}
