import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isRecord } from "../aws/types.ts";

/** How far a shard was read: the last sequence number that needs no more delivery, and whether it has ended. */
interface ShardState {
  readonly after?: string;
  readonly done?: true;
}

/** What a mapping has read of its stream, kept in a file so that a restart goes on from there. */
export interface Checkpoints {
  /** Whether the file knew this stream when it was opened: then a shard that it does not know is new. */
  readonly resumed: boolean;
  get(shardId: string): ShardState | undefined;
  set(shardId: string, state: ShardState): void;
}

/** A file of another stream (a table that was made anew) counts as none. */
export function openCheckpoints(file: string, streamArn: string): Checkpoints {
  const shards = new Map<string, ShardState>();
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
  return {
    resumed,
    get: (shardId) => shards.get(shardId),
    set(shardId, state) {
      shards.set(shardId, state);
      writeFileSync(`${file}.tmp`, JSON.stringify({ streamArn, shards: Object.fromEntries(shards) }));
      renameSync(`${file}.tmp`, file);
    },
  };
}

function readStored(file: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Error(
      `${file} cannot be read: ${error}. Delete it to read the stream from its start, or start with --fresh.`,
    );
  }
}
