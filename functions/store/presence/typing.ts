/**
 * Typing: the members who are typing in a room.
 *   of one member             ROOM#r / TYPING#u, for 30 s
 *   in a room                 ROOM#r / TYPING#...
 */
import { epochSeconds, isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { getItem, queryAll, updateItem } from "../table/table.ts";

/** Seconds after its last typing frame until a member counts as stopped. */
const typingSeconds = 30;
/** Milliseconds in which one typing frame is stored, however many a client sends. */
const storeInterval = 5000;

/**
 * Records that a member is typing, or has stopped. Each repeated frame reads the item, and few
 * write it.
 */
export async function putTyping(roomId: string, userId: string, isTyping: boolean): Promise<void> {
  const key = keys.typing(roomId, userId);
  const now = Date.now();
  // An end may come right after its start, and must see it.
  const item = await getItem(key, isTyping ? "eventual" : "consistent");
  const same = item?.is_typing === isTyping;
  if (same && (!isTyping || now - Number(item?.last_seen) < storeInterval)) return;
  if (!item && !isTyping) return;
  await updateItem(key, {
    set: { is_typing: isTyping, last_seen: now, expires_at: epochSeconds(now) + typingSeconds },
  });
}

interface Typing {
  readonly userId: string;
  /** The time of their last typing frame. */
  readonly lastSeen: string;
}

/**
 * Returns the users who have typed in the last 30 seconds and not stopped since, the latest first.
 * Some may no longer be members.
 */
export async function listTyping(roomId: string): Promise<Typing[]> {
  const { pk, prefix } = keys.typingIn(roomId);
  const items = await queryAll({
    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
    // The table's TTL may come two days late.
    FilterExpression: "is_typing = :typing AND last_seen > :since",
    ExpressionAttributeValues: {
      ":pk": pk,
      ":prefix": prefix,
      ":typing": true,
      ":since": Date.now() - typingSeconds * 1000,
    },
    ConsistentRead: true,
  });
  return items
    .sort((one, other) => Number(other.last_seen) - Number(one.last_seen))
    .map((item) => ({ userId: idOfKey(String(item.sk)), lastSeen: isoOf(Number(item.last_seen)) }));
}
