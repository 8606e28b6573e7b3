import { getHead } from "../data/heads.ts";
import { personOf } from "../data/people.ts";
import { putTyping } from "../data/typing.ts";
import { noRoomAccess } from "../kernel/api-error.ts";
import { accessMembership } from "./access-room.ts";
import { getAudience, presencesOf } from "./audience.ts";
import { deliver } from "./deliver.ts";
import { presentUser } from "./present-user.ts";

/** Tells the others of a room that somebody types, or has stopped. Throws `forbidden`. */
export const sayTyping = async (userId: string, roomId: string, isTyping: boolean): Promise<void> => {
  const [, head] = await Promise.all([accessMembership(userId, roomId), getHead(roomId)]);
  if (!head || head.status === "deleted") throw noRoomAccess();
  // Whoever blocks somebody, or is blocked, types for themself alone, and is not told.
  if (head.blockedBy.size > 0) return;
  const [audience] = await Promise.all([
    getAudience(roomId, userId, head.rosterChunks),
    putTyping(roomId, userId, isTyping),
  ]);
  const typist = presentUser(personOf(audience.people, userId), true);
  await deliver(presencesOf(audience, userId), roomId, {
    type: "typing",
    room_id: roomId,
    user: typist.email ?? typist.username,
    user_id: userId,
    is_typing: isTyping,
  });
};
