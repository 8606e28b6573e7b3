/** Computes the costs of a million messages from the counts of one. */
import { functionGigabytes } from "./assumptions.ts";
import { prices } from "./prices.ts";

/** The counts of one message. They are fractions if a batch serves several messages. */
export interface MessageCounts {
  readonly httpRequests: number;
  /** Frames from the client. */
  readonly frames: number;
  readonly invocations: number;
  readonly functionMs: number;
  /** Calls of DynamoDB. */
  readonly calls: number;
  readonly wru: number;
  readonly rru: number;
  readonly posts: number;
  /** Bytes of one post. */
  readonly eventBytes: number;
  /** Sends, receives and deletes. */
  readonly queueRequests: number;
  readonly logBytes: number;
  readonly storedBytes: number;
}

interface Parts {
  readonly "API requests": number;
  readonly "Lambda requests": number;
  readonly "Lambda time": number;
  readonly writes: number;
  readonly reads: number;
  readonly deliveries: number;
  readonly SQS: number;
  readonly logs: number;
  readonly "data out": number;
}

const socketMessageBytes = 32 * 1024;
const gigabyte = 1e9;
const million = 1e6;

/** Returns the dollars for a million messages, by their purposes. */
export function partsOf(counts: MessageCounts): Parts {
  return {
    "API requests":
      counts.httpRequests * prices.millionHttpRequests + counts.frames * prices.millionSocketMessages,
    "Lambda requests": counts.invocations * prices.millionInvocations,
    "Lambda time": (counts.functionMs / 1000) * functionGigabytes * prices.gigabyteSecond * million,
    writes: counts.wru * prices.millionWriteUnits,
    reads: counts.rru * prices.millionReadUnits,
    deliveries:
      counts.posts * Math.ceil(counts.eventBytes / socketMessageBytes) * prices.millionSocketMessages,
    SQS: counts.queueRequests * prices.millionQueueRequests,
    logs: (counts.logBytes / gigabyte) * million * prices.logGigabyte,
    "data out": ((counts.posts * counts.eventBytes) / gigabyte) * million * prices.outGigabyte,
  };
}

export function totalOf(parts: Parts): number {
  return Object.values(parts).reduce((sum: number, part: number) => sum + part, 0);
}

/** Returns the dollars a month for keeping a million messages, with point-in-time recovery. */
export function storageOf({ storedBytes }: MessageCounts): number {
  return (storedBytes / gigabyte) * million * (prices.tableGigabyteMonth + prices.recoveryGigabyteMonth);
}

const minutesOfMonth = (365 / 12) * 24 * 60;

/** Returns the dollars for connections that stay open for a month. */
export function connectedForAMonth(connections: number): number {
  return ((connections * minutesOfMonth) / million) * prices.millionConnectionMinutes;
}
