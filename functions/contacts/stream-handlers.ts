import { notificationOfContact } from "../notifications/compose.ts";
import { putAndPublishNotification } from "../notifications/put.ts";
import type { Change } from "../store/background/changes.ts";
import { claimAddition, getContact } from "../store/contacts/contacts.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { areBlocked } from "../store/users/users.ts";
import { withSeenEmail } from "../users/email-visibility.ts";

/** Somebody has added somebody else to their contacts, who is notified of it, once a day by the same person. */
export async function onContactCreated(change: Change): Promise<void> {
  if (change.kind !== "contact" || change.before || !change.after) return;
  const { ownerId, after } = change;
  const { userId, createdAt } = after;
  const [{ people }, contact, seen] = await Promise.all([
    batchGet({ profiles: [ownerId], presences: [ownerId, userId] }),
    getContact(ownerId, userId),
    withSeenEmail(userId, [ownerId]),
  ]);
  if (contact?.createdAt !== createdAt || areBlocked(people, ownerId, userId)) return;
  const addedAt = Date.parse(createdAt);
  if ((await claimAddition(userId, ownerId, addedAt)) !== addedAt) return;
  await putAndPublishNotification(notificationOfContact(ownerId, contact), {
    message: undefined,
    people,
    seesEmail: seen.has(ownerId),
  });
}
