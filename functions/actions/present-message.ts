import type { Message } from "../../contract/objects/message.ts";
import type { User } from "../../contract/objects/user.ts";
import type { StoredMessage } from "../data/messages.ts";
import { messageId } from "../kernel/ids.ts";
import type { MessageMarks } from "./read-state.ts";

/** A message as nobody has read it yet. */
export const unreadMarks: MessageMarks = { readBy: [], isRead: false, status: "sent" };

/** A message as its viewer sees it. */
export const presentMessage = (
  stored: StoredMessage,
  marks: MessageMarks,
  present: (userId: string) => User,
): Message => ({
  id: messageId(stored.roomId, stored.seq),
  room: stored.roomId,
  seq: stored.seq,
  rev: stored.rev,
  sender: present(stored.senderId),
  content: stored.content,
  message_type: stored.type,
  file_attachment: null,
  file_name: null,
  file_size: null,
  media_type: null,
  attachments: [],
  timestamp: stored.at,
  edited_at: null,
  is_edited: false,
  is_deleted: false,
  reply_to: stored.replyTo,
  reactions: {},
  read_by: marks.readBy.map(present),
  is_read: marks.isRead,
  status: marks.status,
  priority: stored.priority,
  pinned: false,
  forwarded_from: null,
  expires_at: null,
  client_message_id: stored.clientMessageId,
  // Safe: it was JSON when it was stored.
  metadata: stored.metadata as Message["metadata"],
});
