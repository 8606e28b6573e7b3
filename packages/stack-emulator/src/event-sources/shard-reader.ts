import type { Checkpoints } from "./checkpoints.ts";
import type { Lanes } from "./lanes.ts";
import type { PollSchedule } from "./poll-schedule.ts";
import { type Position, type StreamApi, StreamError } from "./stream-api.ts";
import type { StreamRecord } from "./stream-record.ts";

export interface ShardReader {
  /** Resolves when the place to begin is fixed: what is written after that will be read. */
  readonly ready: Promise<void>;
  /** Resolves with true at the shard's end, with false when the emulator closes. */
  readonly ended: Promise<boolean>;
  /**
   * When the last read began that left nothing, by performance.now(). All records that were written
   * before it have been read.
   */
  readonly caughtUpAt: number;
}

interface ShardReaderOptions {
  readonly api: StreamApi;
  readonly streamArn: string;
  readonly shardId: string;
  readonly start: Position;
  readonly checkpoints: Checkpoints;
  readonly lanes: Lanes;
  readonly schedule: PollSchedule;
  readonly toRecord: (raw: unknown) => StreamRecord;
  readonly wanted: (record: StreamRecord) => boolean;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Reads one shard from its beginning to its end, and hands its records to the lanes. */
export function readShard(options: ShardReaderOptions): ShardReader {
  const { api, streamArn, shardId, checkpoints, lanes, schedule, signal, log } = options;
  let position = options.start;
  let iterator: string | undefined;
  let complained = false;
  let caughtUpAt = 0;

  const open = async (): Promise<string> => {
    iterator ??= await api.openShard(streamArn, shardId, position);
    return iterator;
  };
  /** Reads once; undefined when it failed and the next poll may try again. */
  const read = async () => {
    try {
      const page = await api.readRecords(await open());
      complained = false;
      return page;
    } catch (error) {
      iterator = undefined;
      if (signal.aborted) return undefined;
      const code = error instanceof StreamError ? error.code : "";
      // Iterators live for 15 minutes, and records for 24 hours.
      if (code === "TrimmedDataAccessException") position = "TRIM_HORIZON";
      else if (code !== "ExpiredIteratorException" && !complained) {
        complained = true;
        log(
          `${shardId} of ${streamArn} cannot be read now: ${error instanceof Error ? error.message : error}`,
        );
      }
      return undefined;
    }
  };

  const run = async (): Promise<boolean> => {
    while (!signal.aborted) {
      await lanes.room();
      const began = performance.now();
      const page = await read();
      for (const raw of page?.records ?? []) {
        const record = options.toRecord(raw);
        lanes.add(record, options.wanted(record));
        position = { after: record.dynamodb.SequenceNumber };
      }
      if (page !== undefined && page.next === undefined) {
        await lanes.drain();
        return !signal.aborted;
      }
      iterator = page?.next;
      if (page !== undefined && page.records.length > 0) schedule.found();
      if (page?.isWhole) caughtUpAt = began;
      if (page?.isWhole !== false) await schedule.rest(signal);
    }
    return false;
  };

  const ready = open().then(() => {
    // Known from now on, so that a restart does not take it for a new shard.
    if (checkpoints.get(shardId) === undefined) checkpoints.set(shardId, {});
  });
  return {
    ready,
    ended: ready.then(run),
    get caughtUpAt() {
      return caughtUpAt;
    },
  };
}
