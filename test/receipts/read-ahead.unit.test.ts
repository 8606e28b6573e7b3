import fc from "fast-check";
import { expect, test } from "vitest";
import {
  countUnread,
  entriesAhead,
  isReadBy,
  listUnread,
  type Marks,
  markedAheadLimit,
  marksAfter,
  marksAfterSending,
  marksUpdate,
  sentAheadLimit,
} from "../support/internals.ts";

const last = 60;
const all = Array.from({ length: last }, (_, at) => at + 1);
const seq = fc.integer({ min: 1, max: last });
const step = fc.oneof(
  fc.record({ upTo: seq }),
  fc.record({ seqs: fc.array(seq, { minLength: 1, maxLength: 5 }) }),
  fc.record({ sent: seq }),
);

/**
 * Returns the stored marks after an update. An attribute that the update does not remove stays,
 * even if it is unused.
 */
function stored(before: Marks, after: Marks): Marks {
  const update = marksUpdate(before, after);
  const readAhead = new Set([...before.readAhead, ...update.add]);
  for (const passed of update.drop) readAhead.delete(passed);
  return { readSeq: update.readSeq ?? before.readSeq, readAhead };
}

test("marks read the same messages as a plain set, through any sequence of readings and sends", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.nat(last), fc.nat(10), (steps, skip, take) => {
      let marks: Marks = { readSeq: 0, readAhead: new Set() };
      const read = new Set<number>();
      for (const one of steps) {
        const after = "sent" in one ? marksAfterSending(marks, one.sent) : marksAfter(marks, one);
        expect(after.readSeq).toBeGreaterThanOrEqual(marks.readSeq);
        marks = stored(marks, after);
        const seqs =
          "sent" in one ? [one.sent] : "upTo" in one ? all.filter((at) => at <= one.upTo) : one.seqs;
        for (const at of seqs) read.add(at);
        const unread = all.filter((at) => !read.has(at));
        expect(all.filter((at) => !isReadBy(marks, at))).toEqual(unread);
        expect(countUnread(marks, last)).toBe(unread.length);
        expect(listUnread(marks, last, skip, take)).toEqual(unread.slice(skip, skip + take));
        // Read messages that follow the mark without a hole are folded into it.
        expect(isReadBy(marks, marks.readSeq + 1)).toBe(false);
      }
    }),
    { seed: 20_260_131, numRuns: 500 },
  );
});

function odd(count: number): Set<number> {
  return new Set(Array.from({ length: count }, (_, at) => 2 * at + 2));
}

test("a send past 64 entries raises the mark up to itself, and one before does not", () => {
  const below = { readSeq: 0, readAhead: odd(sentAheadLimit - 1) };
  expect(marksAfterSending(below, 1000).readSeq).toBe(0);
  const full = { readSeq: 0, readAhead: odd(sentAheadLimit) };
  const after = marksAfterSending(full, 1000);
  expect(after).toEqual({ readSeq: 1000, readAhead: new Set() });
  expect(countUnread(after, 1000)).toBe(0);
});

test("entries at or below the mark do not count", () => {
  const passed = { readSeq: 500, readAhead: odd(sentAheadLimit) };
  expect(entriesAhead(passed).size).toBe(0);
  expect(marksAfterSending(passed, 502)).toEqual({ readSeq: 500, readAhead: new Set([502]) });
});

test("marking one message at a time keeps 512 entries, and reads the oldest holes beyond", () => {
  let marks: Marks = { readSeq: 0, readAhead: new Set() };
  for (const at of odd(markedAheadLimit)) marks = marksAfter(marks, { seqs: [at] });
  expect(marks.readSeq).toBe(0);
  expect(marks.readAhead.size).toBe(markedAheadLimit);
  marks = marksAfter(marks, { seqs: [2 * markedAheadLimit + 2] });
  expect(marks.readSeq).toBe(2);
  expect(marks.readAhead.size).toBe(markedAheadLimit);
});

test("a send below the mark of the same member moves nothing", () => {
  const marks = { readSeq: 7, readAhead: new Set([9]) };
  expect(marksAfterSending(marks, 5)).toBe(marks);
  expect(marksUpdate(marks, marks)).toEqual({ readSeq: undefined, add: new Set(), drop: new Set() });
});

test("a million unread messages are not counted one by one", () => {
  const marks = { readSeq: 10, readAhead: new Set([1_000_000_000]) };
  expect(listUnread(marks, 2_000_000_000, 999_999_988, 3)).toEqual([
    999_999_999, 1_000_000_001, 1_000_000_002,
  ]);
});
