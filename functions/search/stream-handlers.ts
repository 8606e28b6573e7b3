import type { Change } from "../store/background/changes.ts";
import { searchIndex } from "../store/search/search-index.ts";
import { indexMessage, isSame, messageTerms, searchEntryOf } from "./index-message.ts";

/**
 * A message was sent, edited, deleted or restored: it is found by what it says now. What else becomes of it changes none of
 * that, and costs nothing here. What goes with its room is removed with all of it.
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
