/** What a message counts in three designs: this one, as measured, and two that are computed from what is stated here. */
import type { Counts } from "../meter.ts";
import { functionMilliseconds, invocationLogBytes, itemOverheadBytes } from "./assumptions.ts";
import type { MessageCounts } from "./costs.ts";

/** A message: as the table stores it, and as an event tells of it. */
export interface MessageSize {
  readonly itemBytes: number;
  readonly eventBytes: number;
}

/** What some sends cost, and how many they were. */
interface MeasuredSends {
  readonly sends: number;
  readonly request: Counts;
  readonly after: Counts;
  /** What functions printed. */
  readonly printedBytes: number;
  readonly accessLogBytes: number;
}

export function measuredCounts(
  { sends, request, after, printedBytes, accessLogBytes }: MeasuredSends,
  { itemBytes, eventBytes }: MessageSize,
): MessageCounts {
  const each = (what: keyof Counts): number => (request[what] + after[what]) / sends;
  const counts = { invocations: each("invocations"), calls: each("calls"), posts: each("posts") };
  return {
    httpRequests: 1,
    frames: 0,
    ...counts,
    functionMs: functionMilliseconds(counts),
    wru: each("wru"),
    rru: each("rru"),
    eventBytes,
    // Lambda receives and deletes each batch.
    queueRequests: each("queued") + 2 * each("batches"),
    logBytes: accessLogBytes + counts.invocations * invocationLogBytes + printedBytes / sends,
    storedBytes: itemBytes + itemOverheadBytes,
  };
}

/** An eventually consistent read of so many bytes by one query or scan, in units. */
function readUnits(bytes: number): number {
  return Math.ceil(bytes / 4096) / 2;
}

/**
 * The item of a connection: an attribute `connectionId` with 16 characters, and nothing else. A scan stops after 1 MB,
 * which is 37,000 of them.
 */
const connectionItemBytes = "connectionId".length + 16;

/**
 * AWS's sample (https://github.com/aws-samples/simple-websockets-chat-app, sendmessage/app.js): a frame comes in, the
 * table of connections is scanned, and the text is posted to each. It stores no message.
 */
export function scanCounts(
  { live, others }: { readonly live: number; readonly others: number },
  { eventBytes }: MessageSize,
): MessageCounts {
  const counts = { invocations: 1, calls: 1, posts: live + others };
  return {
    httpRequests: 0,
    frames: 1,
    ...counts,
    functionMs: functionMilliseconds(counts),
    wru: 0,
    rru: readUnits(counts.posts * connectionItemBytes),
    eventBytes,
    queueRequests: 0,
    logBytes: invocationLogBytes,
    storedBytes: 0,
  };
}

/** A row that says who is in a room, and that says where somebody is connected. */
const memberRowBytes = 100;

/**
 * Fan-out on write: a copy of the message in the inbox of each member, in batches of 25. The members are read by one
 * query, and their connections by key, in batches of 100; the message is posted to those who are live.
 */
export function inboxCounts(
  { members, live }: { readonly members: number; readonly live: number },
  { itemBytes, eventBytes }: MessageSize,
  accessLogBytes: number,
): MessageCounts {
  const calls = 1 + Math.ceil(members / 25) + Math.ceil(members / 100);
  const counts = { invocations: 1, calls, posts: live };
  return {
    httpRequests: 1,
    frames: 0,
    ...counts,
    functionMs: functionMilliseconds(counts),
    wru: members * Math.ceil(itemBytes / 1024),
    rru: readUnits(members * memberRowBytes) + members / 2,
    eventBytes,
    queueRequests: 0,
    logBytes: accessLogBytes + invocationLogBytes,
    storedBytes: members * (itemBytes + itemOverheadBytes),
  };
}
