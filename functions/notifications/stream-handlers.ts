import { runExclusive } from "../kernel/runtime/run-exclusive.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import type { StreamHandlers } from "../store/background/changes.ts";
import { notifyEmergency } from "./notify-emergency.ts";
import { notifyInvited } from "./notify-invited.ts";
import { notifyMembers } from "./notify-members.ts";

export const notificationStreamHandlers = {
  /**
   * Notifies members of a sent message. An emergency, a mention and a reply notify connected
   * members too. Other messages notify only members who are not connected. The messages of one room
   * are handled one after the other: the first notifies its members, and the next ones find them
   * notified. An emergency waits for no other message. An edit notifies no member.
   */
  messageCreated: async (message) => {
    if (isDeletedOrExpired(message)) return;
    if (message.priority === "emergency") await notifyEmergency(message);
    else await runExclusive(message.roomId, () => notifyMembers(message));
  },

  /** Notifies a member whom another user added to the room. */
  memberAdded: async ({ membership, addedBy }) => {
    if (addedBy === null) return;
    const { roomId, userId, joinedAt } = membership;
    await notifyInvited({ roomId, userId, addedBy, joinedAt });
  },
} satisfies StreamHandlers;
