/**
 * Typing: who is writing in a room just now.
 *   of one member             ROOM#r / TYPING#u, for 30 s
 */
import { epochSeconds } from "../kernel/time.ts";
import { keys } from "./keys.ts";
import { getItem, updateItem } from "./table.ts";

/** Seconds after which somebody who said nothing more has stopped typing. */
const typingSeconds = 30;
/** Milliseconds in which typing is stored once, however often a client says it. */
const storeInterval = 5000;

/** Notes that a member types, or has stopped. Somebody who goes on typing is read every time and stored seldom. */
export const putTyping = async (roomId: string, userId: string, isTyping: boolean): Promise<void> => {
  const key = keys.typing(roomId, userId);
  const now = Date.now();
  const item = await getItem(key);
  const same = item?.is_typing === isTyping;
  if (same && (!isTyping || now - Number(item?.last_seen) < storeInterval)) return;
  if (!item && !isTyping) return;
  await updateItem(key, {
    UpdateExpression: "SET is_typing = :typing, last_seen = :now, expires_at = :expires",
    ExpressionAttributeValues: {
      ":typing": isTyping,
      ":now": now,
      ":expires": epochSeconds(now) + typingSeconds,
    },
  });
};
