import { notificationOfContact, putAndPublishNotification } from "../notifications/create.ts";
import type { StreamHandlers } from "../store/background/changes.ts";
import { claimAddition, getContact } from "../store/contacts/contacts.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { areBlocked } from "../store/users/users.ts";
import { withSeenEmail } from "../users/email-visibility.ts";

export const contactStreamHandlers = {
  /**
   * Notifies a user that another user has added them to their contacts, once a day for each such
   * user. Neither user may have blocked the other, and the contact must still exist.
   */
  contactCreated: async ({ ownerId, contact: { userId, createdAt } }) => {
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
  },
} satisfies StreamHandlers;
