/**
 * Messages: one item each, under the room and its dense seq.
 *   one by seq                ROOM#r / MSG#seq
 *   pages in either direction ROOM#r / MSG#from..to, one query
 */
import type { MessageType } from "../../contract/objects/message.ts";
import { keys, seqOfKey } from "./keys.ts";
import { getItem, type Item, putIfAbsent, query } from "./table.ts";

export interface StoredMessage {
  readonly roomId: string;
  readonly seq: number;
  readonly rev: number;
  readonly senderId: string;
  readonly content: string;
  readonly type: MessageType;
  /** RFC 3339. */
  readonly at: string;
  readonly replyTo: string | null;
  readonly priority: "normal" | "emergency";
  readonly metadata: Record<string, unknown> | null;
  readonly clientMessageId: string | null;
}

// What is as it mostly is takes no room: a short message is to fit into one write unit with all of its attributes.
const toItem = (message: StoredMessage) => ({
  ...keys.message(message.roomId, message.seq),
  sender: message.senderId,
  content: message.content,
  at: message.at,
  ...(message.type !== "text" && { type: message.type }),
  ...(message.replyTo !== null && { reply_to: message.replyTo }),
  ...(message.priority !== "normal" && { priority: message.priority }),
  // As text: DynamoDB's numbers hold neither every JSON number nor its exact form.
  ...(message.metadata !== null && { metadata: JSON.stringify(message.metadata) }),
  ...(message.clientMessageId !== null && { client_id: message.clientMessageId }),
});

// Each `as` below is safe: the attributes were written by toItem alone.
const fromItem = (roomId: string, item: Item): StoredMessage => ({
  roomId,
  seq: seqOfKey(String(item.sk)),
  rev: typeof item.rev === "number" ? item.rev : 0,
  senderId: String(item.sender),
  content: String(item.content),
  type: (item.type as MessageType | undefined) ?? "text",
  at: String(item.at),
  replyTo: (item.reply_to as string | undefined) ?? null,
  priority: (item.priority as StoredMessage["priority"] | undefined) ?? "normal",
  metadata: typeof item.metadata === "string" ? JSON.parse(item.metadata) : null,
  clientMessageId: (item.client_id as string | undefined) ?? null,
});

export const getMessage = async (roomId: string, seq: number): Promise<StoredMessage | undefined> => {
  const item = await getItem(keys.message(roomId, seq), "consistent");
  return item && fromItem(roomId, item);
};

/**
 * Step "write" of sending: puts the message unless one stands at its seq, and gives the one that stands there, as
 * happens when a call is repeated whose answer was lost.
 */
export const putMessage = async (message: StoredMessage): Promise<StoredMessage> => {
  const outcome = await putIfAbsent(toItem(message));
  return outcome.done || !outcome.item ? message : fromItem(message.roomId, outcome.item);
};

/** Messages with a seq from `first` to `last`, oldest first, at most `limit`; the newest of them if `newest`. */
export const listMessagesBetween = async (
  roomId: string,
  range: { first: number; last: number; limit: number; newest: boolean },
): Promise<StoredMessage[]> => {
  if (range.last < range.first) return [];
  const from = keys.message(roomId, range.first);
  const to = keys.message(roomId, range.last);
  const items = await query({
    KeyConditionExpression: "pk = :room AND sk BETWEEN :from AND :to",
    ExpressionAttributeValues: { ":room": from.pk, ":from": from.sk, ":to": to.sk },
    ScanIndexForward: !range.newest,
    Limit: range.limit,
    // A page is asked for in answer to an event: it must hold the message that the event told of.
    ConsistentRead: true,
  });
  const messages = items.map((item) => fromItem(roomId, item));
  return range.newest ? messages.reverse() : messages;
};

/** The newest message of a room. */
export const getNewestMessage = async (roomId: string, seq: number): Promise<StoredMessage | undefined> =>
  (await listMessagesBetween(roomId, { first: 1, last: seq, limit: 1, newest: true }))[0];
