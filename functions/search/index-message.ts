import { termsOf } from "../kernel/text/message-words.ts";
import { getMessage, type StoredMessage } from "../store/messages/messages.ts";
import { searchIndex } from "../store/search/choose-index.ts";
import type { Entry } from "../store/search/search-index.ts";

/**
 * Returns the searchable texts of a message. File names come first, because users search for them
 * with few words.
 */
export function textsOf({ content, attachment }: StoredMessage): string[] {
  return attachment ? [attachment.name, content] : [content];
}

/**
 * Returns the terms by which searches find a message. A deleted message has none, nor has an
 * encrypted one, which only its readers can decipher.
 */
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
 * Updates the index for a message whose terms were `before`, as far as is known, and are `after`
 * now. Then it reads the message again, and repeats until the terms agree. So the last writer has
 * seen the last state: calls may come at any time, in any order, and concurrently. Each change of a
 * message needs its own call, because a call writes only the terms of its change.
 */
export async function indexMessage(
  entry: Entry,
  before: readonly string[],
  after: readonly string[],
): Promise<void> {
  const index = await searchIndex();
  const known = new Set([...before, ...after]);
  let terms = after;
  /** The known terms that the index has, as far as this call knows. */
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
