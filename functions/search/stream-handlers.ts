import type { Change } from "../store/background/changes.ts";
import { searchIndex } from "../store/search/search-index.ts";
import { indexMessage, isSame, messageTerms, searchEntryOf } from "./index-message.ts";

/**
 * Updates the search index after a message was sent, edited, deleted or restored. Other changes of
 * a message leave its terms alone and cost nothing here. The entries of a deleted room are removed
 * all at once, by a task.
 */
export async function onMessageChanged(change: Change): Promise<void> {
  if (change.kind !== "message") return;
  const { before, after } = change;
  if (after) {
    const [was, is] = [messageTerms(before), messageTerms(after)];
    if (!isSame(was, is)) await indexMessage(searchEntryOf(after), was, is);
  } else if (before && before.expiresAt !== null)
    await (await searchIndex()).forget(before.roomId, before.seq);
}
