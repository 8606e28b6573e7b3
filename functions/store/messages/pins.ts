/**
 * Pins: the pinned messages of a room. The message itself says whether it is pinned. An entry here
 * for a message that is not was left by an interrupted call.
 *   those of a room           ROOM#r / PIN#seq, all pages of keys
 */
import { isPast } from "../../kernel/runtime/time.ts";
import { keys, seqOfKey } from "../table/keys.ts";
import { deleteIf, putItem, queryAll } from "../table/table.ts";
import type { StoredMessage } from "./messages.ts";

/** Lists a message as pinned at a time. It is written before the message says that it is pinned. */
export async function putPin({ roomId, seq, expiresAt }: StoredMessage, at: string): Promise<void> {
  await putItem({
    ...keys.pin(roomId, seq),
    pinned_at: at,
    ...(expiresAt !== null && { expires_at: expiresAt }),
  });
}

/** Takes a message off the list, unless it was pinned again after that time. */
export async function deletePin({ roomId, seq }: StoredMessage, pinnedAt: string): Promise<void> {
  await deleteIf(keys.pin(roomId, seq), "pinned_at <= :at", { at: pinnedAt });
}

/**
 * Returns the seqs of the messages listed as pinned that have not destroyed themselves, the oldest
 * first.
 */
export async function listPinSeqs(roomId: string): Promise<number[]> {
  const { pk, prefix } = keys.pinsOf(roomId);
  const items = await queryAll({
    KeyConditionExpression: "pk = :room AND begins_with(sk, :prefix)",
    ExpressionAttributeValues: { ":room": pk, ":prefix": prefix },
    ConsistentRead: true,
  });
  const lasting = items.filter(({ expires_at }) => typeof expires_at !== "number" || !isPast(expires_at));
  return lasting.map((item) => seqOfKey(String(item.sk)));
}
