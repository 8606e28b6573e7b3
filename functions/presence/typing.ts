import type { User } from "../../contract/objects/user.ts";
import { filterListeners, getAudience, withoutUser } from "../delivery/audience.ts";
import { deliver } from "../delivery/deliver.ts";
import { noRoomAccess } from "../kernel/http/api-error.ts";
import { accessMembership, accessReadableRoom } from "../rooms/access.ts";
import { maySend } from "../rooms/sending.ts";
import { listTyping, putTyping } from "../store/presence/typing.ts";
import { getHead, isBlocked, isThere } from "../store/rooms/heads.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import { getMemberships } from "../store/rooms/memberships.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { areBlocked, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";

/**
 * Publishes to the other members of a room that a user types, or has stopped. In a large room that
 * is neither published nor stored: it would cost as much as a message, every few seconds
 * (docs/decisions/004-receipts-in-large-rooms.md). Throws `forbidden`.
 */
export async function publishTyping(userId: string, roomId: string, isTyping: boolean): Promise<void> {
  const [me, head] = await Promise.all([accessMembership(userId, roomId), getHead(roomId)]);
  if (!isThere(head)) throw noRoomAccess();
  // In a blocked direct room, typing is not shown to the other member. The caller gets no error, so
  // that they do not learn of the block.
  if (isBlocked(head) || isLarge(head)) return;
  // Typing has no effect if the member may not send. A stop is always published, because the room
  // may have been archived meanwhile.
  if (isTyping && !maySend({ head, me })) return;
  const [audience] = await Promise.all([getAudience(head, userId), putTyping(roomId, userId, isTyping)]);
  const typist = presentUser(personOf(audience.people, userId), true);
  const recipients = filterListeners(
    withoutUser(audience, userId),
    (id) => !areBlocked(audience.people, userId, id),
  );
  await deliver(recipients, {
    event: {
      type: "typing",
      room_id: roomId,
      user: typist.email ?? typist.username,
      user_id: userId,
      is_typing: isTyping,
    },
  });
}

/** At most this many typing members are shown. */
const shownLimit = 100;

interface TypingUser {
  readonly user: User;
  /** RFC 3339. */
  readonly lastSeen: string;
}

/**
 * Returns the typing members of a room, the latest first, except members whom a block separates
 * from the viewer. Throws `forbidden`.
 */
export async function listTypingUsers(viewerId: string, roomId: string): Promise<TypingUser[]> {
  const { head, me } = await accessReadableRoom(viewerId, roomId);
  if (head.status !== "active" || isBlocked(head)) return [];
  const typing = (await listTyping(roomId)).slice(0, shownLimit);
  const userIds = typing.map(({ userId }) => userId);
  const [memberships, { people }] = await Promise.all([
    // A member who was removed while they typed is left out.
    getMemberships(roomId, userIds),
    batchGet({ profiles: userIds, presences: [...userIds, viewerId] }),
  ]);
  const memberIds = new Set(memberships.map((membership) => membership.userId));
  return typing
    .filter(({ userId }) => memberIds.has(userId) && !areBlocked(people, userId, viewerId))
    .map(({ userId, lastSeen }) => ({
      user: presentUser(personOf(people, userId), me !== undefined || userId === viewerId),
      lastSeen,
    }));
}
