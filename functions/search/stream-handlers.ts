import type { StreamHandlers } from "../store/background/changes.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import { searchIndex } from "../store/search/choose-index.ts";
import { indexMessage, isSame, messageTerms, searchEntryOf } from "./index-message.ts";

/**
 * Brings the index into line with the text of a message that was sent, edited, deleted or restored.
 * A change that keeps the text costs nothing here.
 */
async function updateIndex(before: StoredMessage | undefined, after: StoredMessage): Promise<void> {
  const [was, is] = [messageTerms(before), messageTerms(after)];
  if (!isSame(was, is)) await indexMessage(searchEntryOf(after), was, is);
}

export const searchStreamHandlers = {
  messageCreated: (message) => updateIndex(undefined, message),

  messageChanged: ({ before, after }) => updateIndex(before, after),

  /**
   * Removes a message that expired from the index. Other messages are purged with their room, and
   * the task that removes its content also removes all of its entries.
   */
  messagePurged: async ({ roomId, seq, expiresAt }) => {
    if (expiresAt !== null) await (await searchIndex()).forget(roomId, seq);
  },
} satisfies StreamHandlers;
