/**
 * The counts of a message in three designs: this one is measured, and two are computed from the
 * facts stated here.
 */
import type { Counts } from "../meter.ts";
import { functionMilliseconds, invocationLogBytes, itemOverheadBytes } from "./assumptions.ts";
import type { MessageCounts } from "./costs.ts";

/** The bytes of a message: as the table stores it, and as an event. */
export interface MessageSize {
  readonly itemBytes: number;
  readonly eventBytes: number;
}

/** The costs of some sends, and their number. */
interface MeasuredSends {
  readonly sends: number;
  readonly request: Counts;
  readonly after: Counts;
  /** Bytes that functions printed. */
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

/** Returns the units of an eventually consistent read of these bytes by one query or scan. */
function readUnits(bytes: number): number {
  return Math.ceil(bytes / 4096) / 2;
}

/**
 * The bytes of a connection's item: an attribute `connectionId` with 16 characters, and nothing
 * else. A scan stops after 1 MB, which is 37,000 items.
 */
const connectionItemBytes = "connectionId".length + 16;

/**
 * Returns the counts of AWS's sample, which stores no message: a frame comes in, the table of
 * connections is scanned, and the text is posted to each (sendmessage/app.js).
 * https://github.com/aws-samples/simple-websockets-chat-app
 */
export function scanCounts(
  { connected, others }: { readonly connected: number; readonly others: number },
  { eventBytes }: MessageSize,
): MessageCounts {
  const counts = { invocations: 1, calls: 1, posts: connected + others };
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

/** Bytes of a row that holds a room's member, and of one that holds a user's connection. */
const memberRowBytes = 100;

/**
 * Returns the counts of fan-out on write: a copy of the message in the inbox of each member, in
 * batches of 25. One query reads the members, and reads by key in batches of 100 find their
 * connections. The message is posted to the connected members.
 */
export function inboxCounts(
  { members, connected }: { readonly members: number; readonly connected: number },
  { itemBytes, eventBytes }: MessageSize,
  accessLogBytes: number,
): MessageCounts {
  const calls = 1 + Math.ceil(members / 25) + Math.ceil(members / 100);
  const counts = { invocations: 1, calls, posts: connected };
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
