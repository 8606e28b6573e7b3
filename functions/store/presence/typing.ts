/**
 * Typing: who is writing in a room just now.
 *   of one member             ROOM#r / TYPING#u, for 30 s
 *   in a room                 ROOM#r / TYPING#...
 */
import { epochSeconds, isoOf } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { getItem, queryAll, updateItem } from "../table/table.ts";

/** Seconds after which somebody who said nothing more has stopped typing. */
const typingSeconds = 30;
/** Milliseconds in which typing is stored once, however often a client says it. */
const storeInterval = 5000;

/** Notes that a member types, or has stopped. Somebody who goes on typing is read every time and stored seldom. */
export async function putTyping(roomId: string, userId: string, isTyping: boolean): Promise<void> {
  const key = keys.typing(roomId, userId);
  const now = Date.now();
  // An end may come right after its beginning, and must see it.
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
  /** When they last said that they type. */
  readonly lastSeen: string;
}

/** Who has typed in the last 30 seconds and not stopped since, members or not any more; the latest first. */
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
