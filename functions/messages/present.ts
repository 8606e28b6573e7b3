import type { Message, Reactions } from "../../contract/objects/message.ts";
import type { User } from "../../contract/objects/user.ts";
import { presentAttachment } from "../attachments/present.ts";
import { messageId } from "../kernel/runtime/ids.ts";
import { isoOf, isPast } from "../kernel/runtime/time.ts";
import type { MessageMarks } from "../rooms/read-by.ts";
import type { StoredMessage } from "../store/messages/messages.ts";

/** The marks of a message that no member has read yet. */
export const unreadMarks: MessageMarks = { readBy: [], isRead: false, status: "sent" };

/** Returns whether users see only the place of a message, and none of its content. */
export function isDeletedOrExpired(stored: StoredMessage): boolean {
  return stored.isDeleted || isPast(stored.expiresAt);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Returns user ids by emoji, always in the same order: a set of the table has none. */
export function presentReactions(stored: StoredMessage): Reactions {
  const byEmoji: Reactions = {};
  if (isDeletedOrExpired(stored)) return byEmoji;
  for (const reaction of [...stored.reactions].sort(compare)) {
    const [emoji = "", userId = ""] = reaction.split(" ");
    byEmoji[emoji] = [...(byEmoji[emoji] ?? []), userId];
  }
  return byEmoji;
}

/**
 * Returns a message as its viewer sees it. A deleted or expired message keeps its place and shows
 * no content.
 */
export function presentMessage(
  stored: StoredMessage,
  marks: MessageMarks,
  present: (userId: string) => User,
): Message {
  const isHidden = isDeletedOrExpired(stored);
  const file = stored.attachment && !isHidden ? presentAttachment(stored, stored.attachment) : undefined;
  return {
    id: messageId(stored.roomId, stored.seq),
    room: stored.roomId,
    seq: stored.seq,
    rev: stored.rev,
    sender: present(stored.senderId),
    content: isHidden ? "" : stored.content,
    message_type: stored.type,
    file_attachment: file?.url ?? null,
    file_name: file?.file_name ?? null,
    file_size: file?.file_size ?? null,
    media_type: file?.media_type ?? null,
    attachments: file ? [file] : [],
    timestamp: stored.at,
    edited_at: stored.editedAt,
    is_edited: stored.edits > 0,
    is_deleted: isHidden,
    reply_to: stored.replyTo,
    reactions: presentReactions(stored),
    read_by: marks.readBy.map(present),
    is_read: marks.isRead,
    status: marks.status,
    priority: stored.priority,
    pinned: !isHidden && stored.pinnedAt !== null,
    forwarded_from: stored.forwardedFrom,
    expires_at: stored.expiresAt === null ? null : isoOf(stored.expiresAt * 1000),
    client_message_id: stored.clientMessageId,
    // Safe: it was JSON when it was stored.
    metadata: isHidden ? null : (stored.metadata as Message["metadata"]),
  };
}
