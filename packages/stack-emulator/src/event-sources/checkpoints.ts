import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { readDataFile } from "../data-file.ts";
import { createDebouncedFile } from "../debounced-file.ts";
import { isRecord } from "../proxy/types.ts";

/**
 * How far a shard was read: the last sequence number that needs no more delivery, and whether the
 * shard has ended.
 */
interface ShardState {
  readonly after?: string;
  readonly done?: true;
}

/**
 * The progress of a mapping in its stream. A file keeps it, so that a restart continues from there.
 * After a sudden end the file is up to 200 ms old. Records that were delivered since then are
 * delivered again, as Lambda may do at any time.
 */
export interface Checkpoints {
  /**
   * Whether the file knew this stream when it was opened. Then a shard that it does not know is
   * new.
   */
  readonly resumed: boolean;
  get(shardId: string): ShardState | undefined;
  set(shardId: string, state: ShardState): void;
  /** Writes the progress that is not in the file yet, without delay. */
  flush(): void;
  /** The same for the last time. */
  close(): void;
}

/**
 * Keeps nothing without a file. A file of another stream, such as that of a table that was created
 * again, counts as none.
 */
export function openCheckpoints(file: string | undefined, streamArn: string): Checkpoints {
  const shards = new Map<string, ShardState>();
  const get = (shardId: string) => shards.get(shardId);
  if (file === undefined) {
    return {
      resumed: false,
      get,
      set: (shardId, state) => void shards.set(shardId, state),
      flush() {},
      close() {},
    };
  }
  const stored = readStored(file);
  const resumed = stored?.streamArn === streamArn;
  if (resumed && isRecord(stored.shards)) {
    for (const [id, state] of Object.entries(stored.shards)) {
      if (!isRecord(state)) continue;
      shards.set(id, {
        ...(typeof state.after === "string" && { after: state.after }),
        ...(state.done === true && { done: true }),
      });
    }
  }
  mkdirSync(dirname(file), { recursive: true });
  const kept = createDebouncedFile(file, () => ({ streamArn, shards: Object.fromEntries(shards) }));
  return {
    resumed,
    get,
    set(shardId, state) {
      shards.set(shardId, state);
      kept.changed();
    },
    flush: kept.flush,
    close: kept.close,
  };
}

function readStored(file: string): Record<string, unknown> | undefined {
  const parse = (text: string): unknown => JSON.parse(text);
  const value = readDataFile(file, parse, "Remove it to read the stream from its start");
  return isRecord(value) ? value : undefined;
}
