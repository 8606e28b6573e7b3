/**
 * Edits: the content of a message before each edit.
 *   those of a message        ROOM#r / EDIT#seq#version, one query
 */
import { keys, seqOfKey } from "../table/keys.ts";
import { putIfAbsent, queryAll } from "../table/table.ts";
import type { StoredMessage } from "./messages.ts";

interface Edit {
  /** From 1, the original content. */
  readonly version: number;
  readonly content: string;
  /** When the sender wrote this content. RFC 3339. */
  readonly at: string;
}

/**
 * Keeps the present content of a message before an edit replaces it. A repeated call changes
 * nothing.
 */
export async function putEdit(message: StoredMessage): Promise<void> {
  await putIfAbsent({
    ...keys.edit(message.roomId, message.seq, message.edits + 1),
    content: message.content,
    written_at: message.editedAt ?? message.at,
    ...(message.expiresAt !== null && { expires_at: message.expiresAt }),
  });
}

/**
 * Returns the versions `first` to `last` of a message, the oldest first. Only as many are earlier
 * contents as the message has edits: an interrupted edit may have kept the present content too.
 */
export async function listEdits(
  { roomId, seq, edits }: StoredMessage,
  first: number,
  last: number,
): Promise<Edit[]> {
  const end = Math.min(last, edits);
  if (end < first) return [];
  const from = keys.edit(roomId, seq, first);
  const items = await queryAll(
    {
      KeyConditionExpression: "pk = :room AND sk BETWEEN :from AND :to",
      ExpressionAttributeValues: {
        ":room": from.pk,
        ":from": from.sk,
        ":to": keys.edit(roomId, seq, end).sk,
      },
      ConsistentRead: true,
    },
    end - first + 1,
  );
  return items.map((item) => ({
    version: seqOfKey(String(item.sk)),
    content: String(item.content),
    at: String(item.written_at),
  }));
}
