import type { User } from "../../contract/objects/user.ts";
import { accessReadableRoom } from "../rooms/access.ts";
import { listTyping } from "../store/presence/typing.ts";
import { getMemberships } from "../store/rooms/memberships.ts";
import { getTogether } from "../store/table/batch-get.ts";
import { areApart, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";

/** How many of those who type are shown. */
const shown = 100;

interface TypingUser {
  readonly user: User;
  /** RFC 3339. */
  readonly lastSeen: string;
}

/** The members of a room who are typing, the latest first, whom no block hides from the viewer. Throws `forbidden`. */
export const listTypingUsers = async (viewerId: string, roomId: string): Promise<TypingUser[]> => {
  const { head, me } = await accessReadableRoom(viewerId, roomId);
  if (head.status !== "active" || head.blockedBy.size > 0) return [];
  const typing = (await listTyping(roomId)).slice(0, shown);
  const userIds = typing.map(({ userId }) => userId);
  const [memberships, { people }] = await Promise.all([
    // Who was removed while they typed does not type any more.
    getMemberships(roomId, userIds),
    getTogether({ profiles: userIds, presences: [...userIds, viewerId] }),
  ]);
  const memberIds = new Set(memberships.map((membership) => membership.userId));
  return typing
    .filter(({ userId }) => memberIds.has(userId) && !areApart(people, userId, viewerId))
    .map(({ userId, lastSeen }) => ({
      user: presentUser(personOf(people, userId), me !== undefined || userId === viewerId),
      lastSeen,
    }));
};
