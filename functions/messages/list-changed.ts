import { countFitting } from "../kernel/http/answer-size.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { epochSeconds } from "../kernel/runtime/time.ts";
import type { ReadableRoom } from "../rooms/access.ts";
import { type LogEntry, listLog, logLife } from "../store/messages/change-log.ts";
import { getMessages, type StoredMessage } from "../store/messages/messages.ts";
import type { Head } from "../store/rooms/heads.ts";
import { firstVisibleSeq } from "../store/rooms/history-visibility.ts";
import { type MarkedMessages, viewMarkedMessages } from "./view.ts";

interface ChangedMessages extends MarkedMessages {
  /**
   * The revision up to which the viewer holds every change with this page, if they held every one
   * up to `since`.
   */
  readonly rev: number;
  /** Whether there are later changes. They begin after `rev`. */
  readonly hasMore: boolean;
}

/**
 * Seconds after which a revision that was taken and did not land never will: the longest that a
 * function runs, and some for clocks that differ.
 */
const changeLife = 40;

function tooOld(): ApiError {
  return new ApiError(
    "changes_expired",
    "The room keeps its changes for 30 days, and this revision is older: fetch its messages anew.",
  );
}

/** Revisions without an entry, before the entry or the head that says when the last was taken. */
interface Gap {
  readonly first: number;
  readonly last: number;
  /** When `last` was taken, in seconds since 1970. */
  readonly takenAt: number;
  /** Whether the revision before `first` has an entry, or there is none before it. */
  readonly isPreceded: boolean;
}

/**
 * Returns whether all revisions of a gap are unused. Throws `changes_expired` if their entries may
 * have existed and expired: those of a gap behind an entry cannot, since they are younger.
 */
function isUnused({ first, last, takenAt, isPreceded }: Gap, now: number): boolean {
  if (takenAt > now - changeLife) return false;
  if (!isPreceded && (last > first || takenAt < now - logLife)) throw tooOld();
  return true;
}

/**
 * Returns whether the change of an entry is in its message. A message that no longer exists has all
 * of its changes.
 */
function hasLanded({ seq, rev }: LogEntry, messages: ReadonlyMap<number, StoredMessage>): boolean {
  return (messages.get(seq)?.rev ?? rev) >= rev;
}

/**
 * Returns the revision up to which every change of `since + 1` to `last` has landed or never will.
 * `entries` are those of the log from `since` on, and `messages` the messages that they name.
 */
function settledUpTo(
  head: Head,
  { since, last }: { readonly since: number; readonly last: number },
  entries: readonly LogEntry[],
  messages: ReadonlyMap<number, StoredMessage>,
): number {
  const now = epochSeconds();
  const isYoung = epochSeconds(Date.parse(head.createdAt)) > now - logLife;
  let isPreceded = entries[0]?.rev === since || (since === 0 && isYoung);
  let settled = since;
  for (const entry of entries) {
    if (entry.rev <= since || entry.rev > last) continue;
    const gap = { first: settled + 1, last: entry.rev - 1, takenAt: entry.before, isPreceded };
    if (gap.first <= gap.last && !isUnused(gap, now)) return settled;
    const isInFlight = !hasLanded(entry, messages) && !entry.isVoid && entry.at > now - changeLife;
    if (isInFlight) return entry.rev - 1;
    settled = entry.rev;
    isPreceded = true;
  }
  const end = { first: settled + 1, last, takenAt: head.revAt, isPreceded };
  return settled < last && isUnused(end, now) ? last : settled;
}

/** Entries of one query, when the log is searched for the last change that cannot be in flight. */
const searchSize = 50;

/**
 * Returns a revision up to which no change of the room is in flight: all were taken long enough
 * ago. Reads nothing unless the room had two changes just now: the head says when its last two
 * revisions were taken.
 */
export async function settledRev(head: Head): Promise<number> {
  const recent = epochSeconds() - changeLife;
  const isLastRecent = head.revAt > recent;
  let last = isLastRecent ? head.rev - 1 : head.rev;
  let takenAt = isLastRecent ? head.revBefore : head.revAt;
  while (last > 0 && takenAt > recent) {
    const entries = await listLog(head.id, { first: 1, last }, searchSize, "falling");
    if (entries.length === 0) return 0;
    for (const { rev, before } of entries) {
      if (takenAt <= recent) break;
      // This revision, and those without an entry above it, were taken after the one before it.
      last = rev - 1;
      takenAt = before;
    }
  }
  return last;
}

/**
 * Returns the messages that changed after a revision, in the order of their last change in this
 * page. A page covers up to `size` changes; fewer if their messages are too large for one response.
 *
 * A change in flight ends a page before it. If it is the first one, the page has the changes behind
 * it, and its `rev` stays: the client asks once more in a moment.
 *
 * Throws `changes_expired` if the log no longer has all changes after `since`.
 */
export async function listChangedMessages(
  room: ReadableRoom,
  viewerId: string,
  since: number,
  size: number,
): Promise<ChangedMessages> {
  const { head } = room;
  if (since >= head.rev)
    return { ...(await viewMarkedMessages(room, viewerId, [])), rev: head.rev, hasMore: false };
  // One more entry than the page has, and the one of `since` itself.
  const log = await listLog(head.id, { first: since, last: head.rev }, size + 2);
  const beyond = log.filter((entry) => entry.rev > since)[size]?.rev;
  const last = beyond === undefined ? head.rev : beyond - 1;
  const entries = log.filter((entry) => entry.rev <= last);
  const stored = await getMessages(
    head.id,
    entries.filter((entry) => entry.rev > since).map(({ seq }) => seq),
  );
  const bySeq = new Map(stored.map((message) => [message.seq, message]));
  const settled = settledUpTo(head, { since, last }, entries, bySeq);
  const upTo = settled > since ? settled : last;
  const start = firstVisibleSeq(room);
  const revs = new Map(
    entries
      .filter((entry) => entry.rev > since && entry.rev <= upTo && entry.seq >= start)
      .filter((entry) => hasLanded(entry, bySeq))
      .map(({ rev, seq }) => [seq, rev]),
  );
  const lastRevOf = ({ seq }: { readonly seq: number }): number => revs.get(seq) ?? 0;
  const placed = stored
    .filter(({ seq }) => revs.has(seq))
    .sort((one, other) => lastRevOf(one) - lastRevOf(other));
  const { messages, marks } = await viewMarkedMessages(room, viewerId, placed);
  const fitting = messages.slice(0, countFitting(messages));
  if (settled === since) return { messages: fitting, marks, rev: since, hasMore: false };
  const [next] = messages.slice(fitting.length);
  // The page is whole up to the change before the first one that did not fit.
  const rev = next ? lastRevOf(next) - 1 : settled;
  return { messages: fitting, marks, rev, hasMore: next !== undefined || (rev === last && last < head.rev) };
}
