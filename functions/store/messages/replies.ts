/**
 * Replies: the messages that answer a message, so that a thread is read without its room.
 *   those of a message        ROOM#r / REPLY#parent#seq, all pages of keys
 */
import { keys, seqOfKey } from "../table/keys.ts";
import { putItem, queryAll } from "../table/table.ts";
import type { StoredMessage } from "./messages.ts";

/**
 * Records that a message answers the one at `parent`. Written before the message itself: readers
 * skip missing messages.
 */
export async function putReply(
  { roomId, seq, expiresAt }: Pick<StoredMessage, "roomId" | "seq" | "expiresAt">,
  parent: number,
): Promise<void> {
  await putItem({
    ...keys.reply(roomId, parent, seq),
    ...(expiresAt !== null && { expires_at: expiresAt }),
  });
}

/** Returns the seqs of all replies to a message, the oldest first. */
export async function listReplySeqs(roomId: string, parent: number): Promise<number[]> {
  const { pk, prefix } = keys.repliesTo(roomId, parent);
  const items = await queryAll({
    KeyConditionExpression: "pk = :room AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":room": pk, ":prefix": prefix },
    ConsistentRead: true,
  });
  return items.map((item) => seqOfKey(String(item.sk)));
}
