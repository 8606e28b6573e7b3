import type { Clock } from "../clock.ts";
import { type Checkpoints, openCheckpoints } from "./checkpoints.ts";
import { createLanes, type Lanes } from "./lanes.ts";
import { createPollSchedule, type PollSchedule } from "./poll-schedule.ts";
import { readShard, type ShardReader } from "./shard-reader.ts";
import { type Shard, type StreamApi, sequenceNumberOf } from "./stream-api.ts";
import { type DeliveryContext, deliverBatch } from "./stream-delivery.ts";
import { type StreamRecord, streamRecord } from "./stream-record.ts";

interface StreamSourceOptions extends Omit<DeliveryContext, "shardId"> {
  readonly api: StreamApi;
  readonly clock: Clock;
  readonly region: string;
  /** Undefined where nothing is kept. */
  readonly checkpointFile: string | undefined;
}

export interface Source {
  /** Resolves when it listens: what is written after that will be delivered. */
  readonly ready: Promise<void>;
  /** Looks at once for what was just written. */
  wake(): void;
  /** Returns a phrase for the records that it still has to deliver; undefined if there are none. */
  waitingFor(): string | undefined;
  /** Resolves when nothing is under way. The caller calls it after it aborted the signal. */
  ended(): Promise<void>;
}

/** Delivers a table's stream to a function: its shards in order, a child after its parent. */
export function startStreamSource(options: StreamSourceOptions): Source {
  const { api, mapping, signal, log } = options;
  const schedules = new Set<PollSchedule>();
  const checkpoints = openCheckpoints(options.checkpointFile, mapping.sourceArn);
  const reading = new Set<string>();
  const allLanes: Lanes[] = [];
  const readers = new Set<ShardReader>();
  let writtenAt = 0;
  let first = !checkpoints.resumed;

  /** Begins to read every shard whose parent is done with. */
  const look = async (): Promise<void> => {
    const { shards, partitionKey } = await api.describeStream(mapping.sourceArn);
    const due = shards.filter((shard) => isDue(shard, shards, checkpoints) && !reading.has(shard.id));
    await Promise.all(
      due.map(async (shard) => {
        const latest = first && mapping.startingPosition === "LATEST";
        if (latest && shard.closed) return checkpoints.set(shard.id, { done: true });
        reading.add(shard.id);
        // An iterator at LATEST can't be kept over a restart. So the last record of the stream
        // fixes the place.
        const last = latest ? await lastSequenceNumber(api, mapping.sourceArn, shard.id) : undefined;
        if (last !== undefined) checkpoints.set(shard.id, { after: last });
        await begin(shard.id, partitionKey);
      }),
    );
    first = false;
  };

  const begin = async (shardId: string, partitionKey: string): Promise<void> => {
    const after = checkpoints.get(shardId)?.after;
    const lanes = createLanes({
      mapping,
      partitionKey,
      deliver: (records) => deliverBatch(records, { ...options, shardId }),
      checkpoint: (after) => checkpoints.set(shardId, { after }),
      signal,
    });
    allLanes.push(lanes);
    const schedule = createPollSchedule();
    schedules.add(schedule);
    const reader = readShard({
      ...options,
      streamArn: mapping.sourceArn,
      shardId,
      start: after === undefined ? "TRIM_HORIZON" : { after },
      checkpoints,
      lanes,
      schedule,
      toRecord: (raw) => toRecord(raw, options),
      wanted: (record) => mapping.filters.length === 0 || mapping.filters.some(({ test }) => test(record)),
    });
    readers.add(reader);
    reader.ended
      .then(async (atEnd) => {
        schedules.delete(schedule);
        readers.delete(reader);
        if (!atEnd) return;
        checkpoints.set(shardId, { ...checkpoints.get(shardId), done: true });
        await lookUntilFound(schedule);
      })
      .catch((error) => log(`${mapping.logicalId}: ${shardId} is read no more: ${error}`));
    await reader.ready;
  };

  /** The shard that follows a closed one may not be listed at once. */
  const lookUntilFound = async (schedule: PollSchedule): Promise<void> => {
    const before = reading.size;
    while (!signal.aborted && reading.size === before) {
      await look().catch((error) => log(`${mapping.logicalId}: its stream cannot be read now: ${error}`));
      if (reading.size === before) await schedule.rest(signal);
    }
  };

  return {
    // Written to the file at once. Otherwise, after a sudden end, the next run would begin at
    // LATEST again, behind the records that were written meanwhile.
    ready: look().then(checkpoints.flush),
    wake() {
      writtenAt = performance.now();
      for (const schedule of schedules) schedule.wake();
    },
    waitingFor() {
      const open = allLanes.reduce((sum, lanes) => sum + lanes.open, 0);
      if (open > 0) return `${open} records of ${mapping.logicalId}`;
      const unread = [...readers].some((reader) => reader.caughtUpAt <= writtenAt);
      return unread ? `what was written since ${mapping.logicalId} was read` : undefined;
    },
    async ended() {
      await Promise.all(allLanes.map((lanes) => lanes.idle()));
      checkpoints.close();
    },
  };
}

const isDue = (shard: Shard, shards: readonly Shard[], checkpoints: Checkpoints): boolean => {
  if (checkpoints.get(shard.id)?.done) return false;
  const parent = shards.find(({ id }) => id === shard.parentId);
  return parent === undefined || checkpoints.get(parent.id)?.done === true;
};

async function lastSequenceNumber(
  api: StreamApi,
  streamArn: string,
  shardId: string,
): Promise<string | undefined> {
  let last: string | undefined;
  let iterator: string | undefined = await api.openShard(streamArn, shardId, "TRIM_HORIZON");
  while (iterator !== undefined) {
    const page = await api.readRecords(iterator);
    if (page.records.length === 0) return last;
    last = sequenceNumberOf(page.records.at(-1));
    iterator = page.next;
  }
  return last;
}

const toRecord = (raw: unknown, { mapping, region, clock }: StreamSourceOptions): StreamRecord =>
  streamRecord(raw, { sourceArn: mapping.sourceArn, region, now: Date.now(), clockNow: clock.now() });
