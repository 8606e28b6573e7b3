import type { Notification } from "../../contract/objects/notification.ts";
import { afterSeconds } from "./background.ts";
import { attempt, call } from "./contract-client.ts";
import type { TestUser } from "./people.ts";

/** Somebody's notifications, once all that was done before is followed. */
export async function notificationsOf({ token }: TestUser): Promise<Notification[]> {
  await afterSeconds(0);
  const { results, count } = await call("listNotifications", { token, query: { page_size: 100 } });
  if (count !== results.length) throw new Error("There is more than one page.");
  const { unread_count: unread } = await call("getUnreadNotificationCount", { token });
  if (unread !== results.filter((one) => !one.is_read).length)
    throw new Error(`${unread} were counted as unread, of ${JSON.stringify(results)}.`);
  return results;
}

/** The types of somebody's notifications, once all that was done before is followed. */
export async function typesOf(user: TestUser): Promise<string[]> {
  return (await notificationsOf(user)).map(({ type }) => type);
}

/** Sends to a room, and gives the message. */
export async function say({ token }: TestUser, room_id: string, content: string, further: object = {}) {
  const sending = { token, params: { room_id }, body: { content, ...further } };
  const { status, body } = await attempt("sendMessage", sending);
  if (status !== 201) throw new Error(`The message was answered with ${status}.`);
  return body;
}

export function markRead({ token }: TestUser, room_id: string, up_to_seq?: number) {
  return call("markRoomRead", {
    token,
    params: { room_id },
    body: up_to_seq === undefined ? {} : { up_to_seq },
  });
}

/** Deletes all of somebody's notifications, such as the invitation to the room of a test. */
export async function clearNotifications(user: TestUser): Promise<void> {
  for (const { id } of await notificationsOf(user))
    await call("deleteNotification", { token: user.token, params: { notification_id: id } });
}
