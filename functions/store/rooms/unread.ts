/**
 * The messages of a room that a member has read: all up to `readSeq`, and a set beyond it, out of
 * order.
 */
export interface Marks {
  readonly readSeq: number;
  readonly readAhead: ReadonlySet<number>;
}

/**
 * At this number of entries, the member's next own message raises the mark up to itself: a member
 * who sent so many messages without reading has seen the room. Up to here a membership stays at 1
 * KB, and a send at its three write units.
 */
export const sentAheadLimit = 64;

/**
 * Marking single messages makes at most this number of entries. Beyond it the oldest unread
 * messages count as read. So no client can make a membership, and with it each send, arbitrarily
 * large.
 */
export const markedAheadLimit = 512;

/** Entries below the mark are obsolete. This number of them is worth a write that removes them. */
export const obsoleteLimit = 32;

/** Returns the entries beyond the mark. */
export function entriesAhead({ readSeq, readAhead }: Marks): Set<number> {
  return new Set([...readAhead].filter((seq) => seq > readSeq));
}

/** Returns the entries that the mark has passed, which a later write removes. */
export function obsoleteEntries({ readSeq, readAhead }: Marks): Set<number> {
  return new Set([...readAhead].filter((seq) => seq <= readSeq));
}

export function isReadBy({ readSeq, readAhead }: Marks, seq: number): boolean {
  return seq <= readSeq || readAhead.has(seq);
}

/**
 * Returns how many messages up to `seq` are unread. It subtracts, so the length of the history does
 * not matter.
 */
export function countUnread({ readSeq, readAhead }: Marks, seq: number): number {
  let ahead = 0;
  for (const read of readAhead) if (read > readSeq && read <= seq) ahead += 1;
  return Math.max(0, seq - readSeq - ahead);
}

/** Returns unread seqs up to `last`, the lowest first: `take` of them, after `skip`. */
export function listUnread(marks: Marks, last: number, skip: number, take: number): number[] {
  const holes = [...entriesAhead(marks)].filter((seq) => seq <= last).sort((one, other) => one - other);
  const unread: number[] = [];
  let from = marks.readSeq + 1;
  let before = 0;
  for (const end of [...holes, last + 1]) {
    // A range to skip is not enumerated: it may hold a million messages.
    const start = from + Math.max(0, skip - before);
    for (let seq = start; seq < end && unread.length < take; seq += 1) unread.push(seq);
    before += Math.max(0, end - from);
    from = end + 1;
  }
  return unread;
}

/** Returns the mark after it has taken in every entry that follows it without a gap. */
function foldedMark(readSeq: number, ahead: ReadonlySet<number>): number {
  let mark = readSeq;
  while (ahead.has(mark + 1)) mark += 1;
  return mark;
}

/** The messages to mark as read: all up to a seq, or some seqs. */
export type Reading = { readonly upTo: number } | { readonly seqs: readonly number[] };

/** Returns the marks after a reading: folded, with at most `markedAheadLimit` entries. */
export function marksAfter(marks: Marks, reading: Reading): Marks {
  const raised = "upTo" in reading ? Math.max(marks.readSeq, reading.upTo) : marks.readSeq;
  const all = new Set([...marks.readAhead, ...("seqs" in reading ? reading.seqs : [])]);
  let readSeq = foldedMark(raised, all);
  let ahead = [...all].filter((seq) => seq > readSeq).sort((one, other) => one - other);
  while (ahead.length > markedAheadLimit) {
    readSeq = foldedMark(ahead[0] ?? readSeq, all);
    ahead = ahead.filter((seq) => seq > readSeq);
  }
  return { readSeq, readAhead: new Set(ahead) };
}

/** Returns the marks after a member sent the message at `seq`, which makes it read. */
export function marksAfterSending(marks: Marks, seq: number): Marks {
  return isReadBy(marks, seq)
    ? marks
    : marksAfter(marks, entriesAhead(marks).size >= sentAheadLimit ? { upTo: seq } : { seqs: [seq] });
}

/** Changes stored marks into others, in the terms of an update expression. */
interface MarksUpdate {
  /**
   * The new mark, on the condition that the stored one is still as it was read; undefined if it
   * stays.
   */
  readonly readSeq: number | undefined;
  /**
   * Only one of the two is filled: an expression may name an attribute once. Entries that stay
   * behind are obsolete (see obsoleteLimit).
   */
  readonly add: ReadonlySet<number>;
  readonly drop: ReadonlySet<number>;
}

export function marksUpdate(before: Marks, after: Marks): MarksUpdate {
  const add = new Set([...after.readAhead].filter((seq) => !before.readAhead.has(seq)));
  const drop = new Set([...before.readAhead].filter((seq) => seq <= after.readSeq));
  return {
    readSeq: after.readSeq === before.readSeq ? undefined : after.readSeq,
    add,
    drop: add.size === 0 ? drop : new Set(),
  };
}
