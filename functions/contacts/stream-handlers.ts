import { notificationOfContact } from "../notifications/compose.ts";
import { tellNotification } from "../notifications/put.ts";
import type { Change } from "../store/background/changes.ts";
import { claimAddition, getContact } from "../store/contacts/contacts.ts";
import { getTogether } from "../store/table/batch-get.ts";
import { areApart } from "../store/users/users.ts";
import { withSeenEmail } from "../users/email-visibility.ts";

/** Somebody has added somebody else to their contacts, who is notified of it, once a day by the same person. */
export const followNewContact = async (change: Change): Promise<void> => {
  if (change.kind !== "contact" || change.before || !change.after) return;
  const { ownerId, after } = change;
  const { userId, createdAt } = after;
  const [{ people }, contact, seen] = await Promise.all([
    getTogether({ profiles: [ownerId], presences: [ownerId, userId] }),
    getContact(ownerId, userId),
    withSeenEmail(userId, [ownerId]),
  ]);
  if (contact?.createdAt !== createdAt || areApart(people, ownerId, userId)) return;
  const addedAt = Date.parse(createdAt);
  if ((await claimAddition(userId, ownerId, addedAt)) !== addedAt) return;
  await tellNotification(notificationOfContact(ownerId, contact), {
    message: undefined,
    people,
    seesEmail: seen.has(ownerId),
  });
};
