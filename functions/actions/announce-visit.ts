import { getAudience, listeningTo, only, others } from "../delivery/audience.ts";
import { announce } from "../delivery/best-effort.ts";
import { getHead } from "../store/rooms/heads.ts";
import { areApart, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";

/**
 * Tells the others of a room that somebody opened their first connection of this room alone, or closed the
 * last one. In rooms of over 200 members nobody is told: each visit would cost as much as a message.
 */
export const announceVisit = (
  type: "user_joined" | "user_left",
  userId: string,
  roomId: string,
): Promise<void> =>
  announce(type, async () => {
    const head = await getHead(roomId);
    if (!head || head.status === "deleted" || head.blockedBy.size > 0 || head.rosterChunks > 1)
      return undefined;
    const audience = await getAudience(head, userId);
    const told = only(others(audience, userId), (id) => !areApart(audience.people, userId, id));
    const visitor = presentUser(personOf(audience.people, userId), true);
    return {
      connections: told.userIds.flatMap((id) => {
        const presence = audience.people.presences.get(id);
        return presence ? listeningTo(roomId, presence) : [];
      }),
      event: { type, room_id: roomId, user: visitor.email ?? visitor.username, user_id: userId },
    };
  });
