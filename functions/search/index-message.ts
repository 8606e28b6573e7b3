import { termsOf } from "../kernel/text/message-words.ts";
import { getMessage, type StoredMessage } from "../store/messages/messages.ts";
import { type Entry, searchIndex } from "../store/search/search-index.ts";

/** What a message says, file names first: those are looked for by few words. */
export function textsOf({ content, attachment }: StoredMessage): string[] {
  return attachment ? [attachment.name, content] : [content];
}

/** By what a message is found: a deleted one, and one that only its readers can decipher, by nothing. */
export function messageTerms(message: StoredMessage | undefined): string[] {
  return !message || message.isDeleted || message.type === "encrypted" ? [] : termsOf(textsOf(message));
}

export function searchEntryOf({ roomId, seq, at, senderId, type, expiresAt }: StoredMessage): Entry {
  return {
    roomId,
    seq,
    at: Date.parse(at),
    senderId,
    type,
    expiresAt,
  };
}

function without(terms: Iterable<string>, others: Iterable<string>): string[] {
  const known = new Set(others);
  return [...terms].filter((term) => !known.has(term));
}

export function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && without(one, other).length === 0;
}

/** How often a message may change while it is indexed. */
const attempts = 20;

/**
 * Brings the index into line with a message that was found by `before`, as far as is known, and is now by `after`. Then it
 * looks whether the message still is so, and goes on until it is. So whoever writes last has seen the last state, and
 * it may be called at any time, in any order, and several times at once, as long as each change of a message is told of once.
 * It writes none but the terms of this change: whatever else the message says by then, another call is told of.
 */
export async function indexMessage(
  entry: Entry,
  before: readonly string[],
  after: readonly string[],
): Promise<void> {
  const index = await searchIndex();
  const known = new Set([...before, ...after]);
  let terms = after;
  /** Those of the known terms that the index has, as far as this call knows. */
  let held = before;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const wanted = terms.filter((term) => known.has(term));
    await index.change([{ entry, terms, missing: without(wanted, held), obsolete: without(held, wanted) }]);
    const now = messageTerms(await getMessage(entry.roomId, entry.seq));
    if (isSame(now, terms)) return;
    [terms, held] = [now, wanted];
  }
  throw new Error(`Message ${entry.seq} of ${entry.roomId} changed ${attempts} times while it was indexed.`);
}
