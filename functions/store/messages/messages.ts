/**
 * Messages: one item each, under the room and a seq. A seq without an item belongs to a message
 * that was never stored, or that was removed since.
 *   one by seq, many by seqs  ROOM#r / MSG#seq
 *   pages in either direction ROOM#r / MSG#from..to, one query
 *   some of several rooms     ROOM#r / MSG#seq, batches of 100
 * change-log.ts finds the changed ones.
 */
import type { MessageType } from "../../../contract/objects/message.ts";
import { type FileFacts, factsFromItem, factsToItem } from "../attachments/files.ts";
import { idOfKey, keys, seqOfKey } from "../table/keys.ts";
import { getItem, getItems, type Item, putIfAbsent, queryAll } from "../table/table.ts";

export interface StoredMessage {
  readonly roomId: string;
  readonly seq: number;
  /** The room's revision that stands for this state of the message; 0 if it was never changed. */
  readonly rev: number;
  readonly senderId: string;
  /**
   * The content, also while the message is deleted. Only functions/messages/present.ts decides what
   * is shown.
   */
  readonly content: string;
  readonly type: MessageType;
  /** RFC 3339. */
  readonly at: string;
  readonly editedAt: string | null;
  /** The number of edits, and so of earlier contents (see edits.ts). */
  readonly edits: number;
  readonly isDeleted: boolean;
  readonly deletedBy: string | null;
  /** Whether an administrator deleted it: no user can restore it. */
  readonly isRemoved: boolean;
  readonly pinnedAt: string | null;
  /**
   * `emoji userId` for each reaction: a set, so that members react at the same time without reading
   * first.
   */
  readonly reactions: ReadonlySet<string>;
  readonly replyTo: string | null;
  readonly forwardedFrom: string | null;
  readonly priority: "normal" | "emergency";
  readonly metadata: Record<string, unknown> | null;
  /** The file of the message; null after the message was deleted. */
  readonly attachment: FileFacts | null;
  readonly clientMessageId: string | null;
  /**
   * When it destroys itself, in seconds since 1970; null for never. DynamoDB deletes it up to two
   * days later.
   */
  readonly expiresAt: number | null;
}

/** The state of a message that was just sent. */
export const untouched = {
  rev: 0,
  editedAt: null,
  edits: 0,
  isDeleted: false,
  deletedBy: null,
  isRemoved: false,
  pinnedAt: null,
  reactions: new Set<string>(),
} as const;

/**
 * Returns the item of a new message. Usual values take no attribute: a short message must fit into
 * one write unit with all of its attributes.
 */
export function newMessageItem(message: StoredMessage) {
  return {
    ...keys.message(message.roomId, message.seq),
    sender: message.senderId,
    content: message.content,
    at: message.at,
    ...(message.type !== "text" && { type: message.type }),
    ...(message.replyTo !== null && { reply_to: message.replyTo }),
    ...(message.forwardedFrom !== null && { forwarded_from: message.forwardedFrom }),
    ...(message.priority !== "normal" && { priority: message.priority }),
    // As text: DynamoDB's numbers hold neither every JSON number nor its exact form.
    ...(message.metadata !== null && { metadata: JSON.stringify(message.metadata) }),
    ...(message.attachment !== null && { attachment: factsToItem(message.attachment) }),
    ...(message.clientMessageId !== null && { client_id: message.clientMessageId }),
    ...(message.expiresAt !== null && { expires_at: message.expiresAt }),
  };
}

function textOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/**
 * Returns the message of an item. Each `as` is safe: only this module and message-changes.ts write
 * the attributes.
 */
export function messageFromItem(roomId: string, item: Item): StoredMessage {
  return {
    roomId,
    seq: seqOfKey(String(item.sk)),
    rev: typeof item.rev === "number" ? item.rev : 0,
    senderId: String(item.sender),
    content: String(item.content),
    type: (item.type as MessageType | undefined) ?? "text",
    at: String(item.at),
    editedAt: textOr(item.edited_at),
    edits: typeof item.edits === "number" ? item.edits : 0,
    isDeleted: item.deleted_by !== undefined,
    deletedBy: textOr(item.deleted_by),
    isRemoved: item.removed === true,
    pinnedAt: textOr(item.pinned_at),
    reactions: item.reactions instanceof Set ? (item.reactions as Set<string>) : new Set(),
    replyTo: textOr(item.reply_to),
    forwardedFrom: textOr(item.forwarded_from),
    priority: (item.priority as StoredMessage["priority"] | undefined) ?? "normal",
    metadata: typeof item.metadata === "string" ? JSON.parse(item.metadata) : null,
    // Safe: factsToItem made it, a map.
    attachment: item.attachment === undefined ? null : factsFromItem(item.attachment as Item),
    clientMessageId: textOr(item.client_id),
    expiresAt: typeof item.expires_at === "number" ? item.expires_at : null,
  };
}

export async function getMessage(roomId: string, seq: number): Promise<StoredMessage | undefined> {
  const item = await getItem(keys.message(roomId, seq), "consistent");
  return item && messageFromItem(roomId, item);
}

/** Returns those of the messages that exist, the oldest first. */
export async function getMessages(roomId: string, seqs: Iterable<number>): Promise<StoredMessage[]> {
  const wanted = [...new Set(seqs)].map((seq) => keys.message(roomId, seq));
  const items = await getItems(wanted, "consistent");
  return items.map((item) => messageFromItem(roomId, item)).sort((one, other) => one.seq - other.seq);
}

/**
 * Step "write" of sending: puts a message if none has its seq. Returns the message at that seq. It
 * is an earlier one if a call is repeated, for example because its answer was lost.
 */
export async function putMessage(message: StoredMessage): Promise<StoredMessage> {
  const outcome = await putIfAbsent(newMessageItem(message));
  return outcome.done || !outcome.item ? message : messageFromItem(message.roomId, outcome.item);
}

/**
 * Returns messages with a seq from `first` to `last`, the oldest first, up to `limit`. With
 * `newest`, the limit keeps the newest ones.
 */
export async function listMessagesBetween(
  roomId: string,
  range: { first: number; last: number; limit: number; newest: boolean },
): Promise<StoredMessage[]> {
  if (range.last < range.first) return [];
  const from = keys.message(roomId, range.first);
  const to = keys.message(roomId, range.last);
  const items = await queryAll(
    {
      KeyConditionExpression: "pk = :room AND sk BETWEEN :from AND :to",
      ExpressionAttributeValues: { ":room": from.pk, ":from": from.sk, ":to": to.sk },
      ScanIndexForward: !range.newest,
      // A client asks for a page after an event: the page must hold the message of that event.
      ConsistentRead: true,
    },
    range.limit,
  );
  const messages = items.map((item) => messageFromItem(roomId, item));
  return range.newest ? messages.reverse() : messages;
}

/** Returns the newest message with a seq from `first` to `last`. */
export async function getNewestMessage(
  roomId: string,
  range: { first: number; last: number },
): Promise<StoredMessage | undefined> {
  return (await listMessagesBetween(roomId, { ...range, limit: 1, newest: true }))[0];
}

/** Returns messages of one or several rooms: those that exist, in the order of the places. */
export async function getMessagesAt(
  places: readonly { readonly roomId: string; readonly seq: number }[],
): Promise<StoredMessage[]> {
  const items = await getItems(
    places.map(({ roomId, seq }) => keys.message(roomId, seq)),
    "consistent",
  );
  const found = items.map((item) => messageFromItem(idOfKey(String(item.pk)), item));
  const byPlace = new Map(found.map((message) => [`${message.roomId} ${message.seq}`, message]));
  return places.flatMap(({ roomId, seq }) => byPlace.get(`${roomId} ${seq}`) ?? []);
}
