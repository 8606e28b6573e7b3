import type { StreamMapping } from "./mapping.ts";
import { countThatFit } from "./payload.ts";
import { createSignal } from "./signal.ts";
import type { StreamRecord } from "./stream-record.ts";

/** The records of a shard on their way to the function. */
export interface Lanes {
  /** Takes a record in; an unwanted one (filtered) counts as done at once. */
  add(record: StreamRecord, wanted: boolean): void;
  /** Resolves when there is room for more records, or the emulator closes. */
  room(): Promise<void>;
  /**
   * Delivers the rest without waiting for batches to fill. Resolves when all is done, or when the
   * emulator closes.
   */
  drain(): Promise<void>;
  /** How many records have been taken in and are not done yet. */
  readonly open: number;
  /** Resolves when no invocation is under way. */
  idle(): Promise<void>;
}

interface LaneOptions {
  readonly mapping: StreamMapping;
  /** The name of the table's partition key. */
  readonly partitionKey: string;
  /** False when it stopped before all was done. */
  readonly deliver: (records: readonly StreamRecord[]) => Promise<boolean>;
  /** Called with the last sequence number up to which all is done. */
  readonly checkpoint: (sequenceNumber: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Delivers in batches. The mapping's ParallelizationFactor says how many are delivered at the same
 * time. Each record goes to the lane of its partition key's hash, so the order of a key is kept.
 */
export function createLanes({ mapping, partitionKey, deliver, checkpoint, signal }: LaneOptions): Lanes {
  const { batchSize, windowMs } = mapping;
  const lanes = Array.from({ length: mapping.parallelization }, (): Lane => ({ queue: [], busy: false }));
  const capacity = Math.max(1000, 2 * batchSize);
  /** All that is not behind the checkpoint yet, in the order of the stream. */
  let open: Entry[] = [];
  let draining = false;
  const runs = new Set<Promise<void>>();
  const progress = createSignal();
  signal.addEventListener("abort", progress.raise);

  const settle = (): void => {
    const undone = open.findIndex((entry) => !entry.done);
    const count = undone < 0 ? open.length : undone;
    const last = open[count - 1];
    if (last === undefined) return;
    open = open.slice(count);
    checkpoint(last.record.dynamodb.SequenceNumber);
    progress.raise();
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition() && !signal.aborted) await progress.wait();
  };

  const run = async (lane: Lane): Promise<void> => {
    while (lane.queue.length > 0 && !signal.aborted) {
      const windowLeft = (lane.queue[0]?.since ?? 0) + windowMs - performance.now();
      if (windowLeft > 0 && lane.queue.length < batchSize && !draining) {
        await progress.wait(windowLeft);
        continue;
      }
      const batch = takeBatch(lane.queue, batchSize);
      if (!(await deliver(batch.map(({ record }) => record)))) break;
      for (const entry of batch) entry.done = true;
      settle();
    }
    lane.busy = false;
  };
  const start = (lane: Lane): void => {
    if (lane.busy) return;
    lane.busy = true;
    // On the next turn, so that the records of one read make one batch.
    const running = new Promise((resolve) => setImmediate(resolve))
      .then(() => run(lane))
      .finally(() => runs.delete(running));
    runs.add(running);
  };

  return {
    add(record, wanted) {
      const entry: Entry = { record, done: !wanted, since: performance.now() };
      open.push(entry);
      if (!wanted) return settle();
      const lane = lanes[laneOf(record.dynamodb.Keys[partitionKey], lanes.length)];
      if (lane === undefined) return;
      lane.queue.push(entry);
      if (lane.queue.length === batchSize) progress.raise();
      start(lane);
    },
    get open() {
      return open.length;
    },
    room: () => until(() => open.length < capacity),
    async drain() {
      draining = true;
      progress.raise();
      await until(() => open.length === 0);
    },
    async idle() {
      await Promise.all(runs);
    },
  };
}

interface Entry {
  readonly record: StreamRecord;
  done: boolean;
  /** When it was taken in, by performance.now(). */
  readonly since: number;
}

interface Lane {
  readonly queue: Entry[];
  busy: boolean;
}

function takeBatch(queue: Entry[], max: number): Entry[] {
  const first = queue.slice(0, max);
  return queue.splice(0, countThatFit(first.map(({ record }) => record)));
}

function laneOf(partitionKey: unknown, count: number): number {
  if (count === 1) return 0;
  let hash = 0;
  for (const char of JSON.stringify(partitionKey)) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return hash % count;
}
