/**
 * Edits: what a message said before each edit.
 *   those of a message        ROOM#r / EDIT#seq#version, one query
 */
import { keys, seqOfKey } from "../table/keys.ts";
import { putIfAbsent, queryAll } from "../table/table.ts";
import type { StoredMessage } from "./messages.ts";

interface Edit {
  /** From 1: what was first said. */
  readonly version: number;
  readonly content: string;
  /** When this content was written. RFC 3339. */
  readonly at: string;
}

/** Keeps the present content of a message, before it is replaced; once, however often it is tried. */
export async function putEdit(message: StoredMessage): Promise<void> {
  await putIfAbsent({
    ...keys.edit(message.roomId, message.seq, message.edits + 1),
    content: message.content,
    written_at: message.editedAt ?? message.at,
    ...(message.expiresAt !== null && { expires_at: message.expiresAt }),
  });
}

/**
 * The versions `first` to `last` of a message, oldest first. Only as many are earlier ones as the message was edited: an
 * edit that was cut off may have kept the present content too.
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
