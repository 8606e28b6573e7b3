import type { MessageEdit } from "../../contract/objects/message.ts";
import type { Slice } from "../kernel/http/page.ts";
import { listEdits } from "../store/messages/edits.ts";
import { accessMessage } from "./access.ts";
import { isDeletedOrExpired } from "./present.ts";

/**
 * Returns the former contents of an edited message, oldest first. A deleted or expired message has
 * none.
 */
export async function listMessageHistory(
  userId: string,
  roomId: string,
  messageId: string,
  page: Slice,
): Promise<{ count: number; edits: MessageEdit[] }> {
  const { message } = await accessMessage(userId, roomId, messageId);
  if (isDeletedOrExpired(message)) return { count: 0, edits: [] };
  const edits = await listEdits(message, page.start + 1, page.start + page.size);
  return {
    count: message.edits,
    edits: edits.map(({ version, content, at }) => ({ version, content, timestamp: at })),
  };
}
