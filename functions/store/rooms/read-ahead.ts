/** What a member has read of a room: everything up to a mark, and a set of what is read beyond it, out of order. */
export interface Marks {
  readonly readSeq: number;
  readonly readAhead: ReadonlySet<number>;
}

/**
 * At so many entries a further message of one's own raises the mark up to itself: who wrote on past that much without
 * reading has seen the room. Up to here a membership stays at 1 KB, and a send at its three write units.
 */
export const sentAheadLimit = 64;

/**
 * At most so many entries come of marking one message at a time. Beyond, the oldest unread messages count as read, so
 * that no client can make a membership, and with it each send, as large as it likes.
 */
export const markedAheadLimit = 512;

/** Entries that the mark has passed over mean nothing any more. So many of them are worth a write that removes them. */
export const passedLimit = 32;

/** The entries beyond the mark. */
export function liveAhead({ readSeq, readAhead }: Marks): Set<number> {
  return new Set([...readAhead].filter((seq) => seq > readSeq));
}

/** The entries that the mark has passed over, which a later write removes. */
export function passedAhead({ readSeq, readAhead }: Marks): Set<number> {
  return new Set([...readAhead].filter((seq) => seq <= readSeq));
}

export function isReadBy({ readSeq, readAhead }: Marks, seq: number): boolean {
  return seq <= readSeq || readAhead.has(seq);
}

/** How many up to `seq` are not read: by subtraction, whatever the length of the history. */
export function countUnread({ readSeq, readAhead }: Marks, seq: number): number {
  let ahead = 0;
  for (const read of readAhead) if (read > readSeq && read <= seq) ahead += 1;
  return Math.max(0, seq - readSeq - ahead);
}

/** Seqs up to `last` that are not read, the lowest first: `take` of them, after `skip`. */
export function listUnread(marks: Marks, last: number, skip: number, take: number): number[] {
  const holes = [...liveAhead(marks)].filter((seq) => seq <= last).sort((one, other) => one - other);
  const unread: number[] = [];
  let from = marks.readSeq + 1;
  let before = 0;
  for (const end of [...holes, last + 1]) {
    // Of a stretch that is skipped as a whole nothing is counted out: it may have a million messages.
    const start = from + Math.max(0, skip - before);
    for (let seq = start; seq < end && unread.length < take; seq += 1) unread.push(seq);
    before += Math.max(0, end - from);
    from = end + 1;
  }
  return unread;
}

/** The mark after everything that follows it without a hole has been folded into it. */
function foldedMark(readSeq: number, live: ReadonlySet<number>): number {
  let mark = readSeq;
  while (live.has(mark + 1)) mark += 1;
  return mark;
}

/** What is to be read: everything up to a seq, or some seqs. */
export type Reading = { readonly upTo: number } | { readonly seqs: readonly number[] };

/** The marks after a reading: folded, and with no more entries than `markedAheadLimit`. */
export function marksAfter(marks: Marks, reading: Reading): Marks {
  const raised = "upTo" in reading ? Math.max(marks.readSeq, reading.upTo) : marks.readSeq;
  const all = new Set([...marks.readAhead, ...("seqs" in reading ? reading.seqs : [])]);
  let readSeq = foldedMark(raised, all);
  let live = [...all].filter((seq) => seq > readSeq).sort((one, other) => one - other);
  while (live.length > markedAheadLimit) {
    readSeq = foldedMark(live[0] ?? readSeq, all);
    live = live.filter((seq) => seq > readSeq);
  }
  return { readSeq, readAhead: new Set(live) };
}

/** The marks after a member has sent the message at `seq`, which is read by that. */
export function marksAfterSending(marks: Marks, seq: number): Marks {
  return isReadBy(marks, seq)
    ? marks
    : marksAfter(marks, liveAhead(marks).size >= sentAheadLimit ? { upTo: seq } : { seqs: [seq] });
}

/** What turns stored marks into others, in the terms of an update expression. */
interface MarksUpdate {
  /** The new mark, which may only follow the one that was read; undefined where it stays. */
  readonly readSeq: number | undefined;
  /** One of the two at most: an expression may name an attribute once. What stays behind means nothing (see passedLimit). */
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
