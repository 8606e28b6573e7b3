import type { MemberMarks } from "../../../contract/objects/message.ts";

/** The marks of a member as a client holds them: the `marks` of a page, moved on by events. */
export interface Marks {
  readonly joinedSeq: number;
  readonly upTo: number;
  readonly ahead: ReadonlySet<number>;
  readonly received: number;
}

export function newMarks(joinedSeq: number): Marks {
  return {
    joinedSeq,
    upTo: joinedSeq,
    ahead: new Set(),
    received: 0,
  };
}

export function marksOfPage(marks: MemberMarks): Marks {
  return {
    joinedSeq: marks.joined_seq,
    upTo: marks.up_to_seq,
    ahead: new Set(marks.read_ahead),
    received: marks.delivered_up_to_seq,
  };
}

/** Returns the mark with all messages folded in that follow it without a hole. */
function folded(upTo: number, ahead: ReadonlySet<number>): Pick<Marks, "upTo" | "ahead"> {
  let mark = upTo;
  while (ahead.has(mark + 1)) mark += 1;
  return { upTo: mark, ahead: new Set([...ahead].filter((seq) => seq > mark)) };
}

/**
 * Merges marks in any order, since marks only grow. A later membership of the same user replaces an
 * earlier one.
 */
export function mergedMarks(one: Marks | undefined, other: Marks): Marks {
  if (!one || other.joinedSeq > one.joinedSeq) return other;
  if (other.joinedSeq < one.joinedSeq) return one;
  return {
    joinedSeq: one.joinedSeq,
    ...folded(Math.max(one.upTo, other.upTo), new Set([...one.ahead, ...other.ahead])),
    received: Math.max(one.received, other.received),
  };
}

/** Returns whether a message is not, or no longer, unread to the member. */
export function isNotUnread({ upTo, ahead }: Marks, seq: number): boolean {
  return seq <= upTo || ahead.has(seq);
}

export function hasRead(marks: Marks, seq: number): boolean {
  return seq > marks.joinedSeq && isNotUnread(marks, seq);
}

export function hasReceived(marks: Marks, seq: number): boolean {
  return hasRead(marks, seq) || (seq > marks.joinedSeq && seq <= marks.received);
}

export function unreadUpTo({ upTo, ahead }: Marks, seq: number): number {
  return Math.max(0, seq - upTo - [...ahead].filter((one) => one > upTo && one <= seq).length);
}
