import type { Head } from "../store/rooms/heads.ts";
import { searchIndex } from "../store/search/search-index.ts";

/**
 * Removes what a room that is deleted was found by, or the messages of a direct room before it was opened again, for as
 * long as there is time; false if something is left. `head` is the room's as it is now. What is written after this for a
 * message that was removed before is taken back by who writes it (see index-message.ts).
 */
export const removeEntriesOfRoom = async (head: Head, hasTime: () => boolean): Promise<boolean> => {
  const isDeleted = head.status === "deleted";
  const last = isDeleted ? head.seq : head.floor;
  const isOver = isDeleted && head.type !== "direct";
  if (last === 0 && !isOver) return true;
  return (await searchIndex()).remove(head.id, isOver ? undefined : last, hasTime);
};
