import { getAudience, only, others } from "../delivery/audience.ts";
import { deliver } from "../delivery/deliver.ts";
import { noRoomAccess } from "../kernel/http/api-error.ts";
import { accessMembership, maySend } from "../rooms/access.ts";
import { putTyping } from "../store/presence/typing.ts";
import { getHead } from "../store/rooms/heads.ts";
import { areApart, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";

/**
 * Tells the others of a room that somebody types, or has stopped. In a large room that is neither told nor stored: it
 * would cost as much as a message, every few seconds (docs/decisions/004-receipts-in-large-rooms.md). Throws `forbidden`.
 */
export const sayTyping = async (userId: string, roomId: string, isTyping: boolean): Promise<void> => {
  const [me, head] = await Promise.all([accessMembership(userId, roomId), getHead(roomId)]);
  if (!head || head.status === "deleted") throw noRoomAccess();
  // Whoever blocks somebody, or is blocked, types for themself alone, and is not told.
  if (head.blockedBy.size > 0 || head.rosterChunks > 1) return;
  // Nothing comes of it where they may not send. That they stop is told: the room may have been archived meanwhile.
  if (isTyping && !maySend({ head, me })) return;
  const [audience] = await Promise.all([getAudience(head, userId), putTyping(roomId, userId, isTyping)]);
  const typist = presentUser(personOf(audience.people, userId), true);
  const told = only(others(audience, userId), (id) => !areApart(audience.people, userId, id));
  await deliver(told, {
    event: {
      type: "typing",
      room_id: roomId,
      user: typist.email ?? typist.username,
      user_id: userId,
      is_typing: isTyping,
    },
  });
};
