/** Calls that lose notifications and rebuild them. */

import { internals, keys } from "./internals.ts";
import { notificationsOf } from "./notifications.ts";
import { actAsFunction } from "./operator.ts";
import type { TestUser } from "./people.ts";

/** Rebuilds a user's notifications in many steps: none has time for more than it must do. */
export async function rebuild(userId: string): Promise<void> {
  actAsFunction();
  const { rebuildNotifications } = await internals.notificationsRebuild();
  let after: string | undefined;
  do after = await rebuildNotifications(userId, after, () => false);
  while (after !== undefined);
}

/** Deletes all notifications of a user from the table. */
export async function loseNotifications(user: TestUser): Promise<void> {
  actAsFunction();
  const { takeItem } = await internals.table();
  for (const { id } of await notificationsOf(user)) await takeItem(keys.notification(user.id, id));
}

/** Changes the message that a user's membership records as notified; undefined for none. */
export async function setNotifiedSeq(user: TestUser, room: string, seq: number | undefined): Promise<void> {
  actAsFunction();
  const { updateItem } = await internals.table();
  await updateItem(keys.membership(room, user.id), { set: { notified_seq: seq ?? null } });
}

/** Returns a user's notifications: type, text, count, and whether they are read. */
export async function shownTo(user: TestUser) {
  return (await notificationsOf(user)).map(({ type, message, count, is_read }) => [
    type,
    message?.content,
    count,
    is_read,
  ]);
}
