import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { createClock } from "../../src/clock.ts";
import type { StreamMapping } from "../../src/event-sources/mapping.ts";
import type { StreamApi } from "../../src/event-sources/stream-api.ts";
import { startStreamSource } from "../../src/event-sources/stream-source.ts";

// DynamoDB Local closes a shard after hours only, so the API is a made one here.

const record = (SequenceNumber: string) => ({
  eventName: "INSERT",
  dynamodb: {
    Keys: { pk: { S: SequenceNumber } },
    SequenceNumber,
    ApproximateCreationDateTime: Date.now() / 1000,
  },
});

/** Two shards: the parent closed after records 1 and 2, the child open with record 3. */
const api: StreamApi = {
  describeStream: async () => ({
    partitionKey: "pk",
    shards: [
      { id: "child", parentId: "parent", closed: false },
      { id: "parent", parentId: "trimmed", closed: true },
    ],
  }),
  openShard: async (_, shardId, position) => `${shardId} ${position === "TRIM_HORIZON" ? 0 : position.after}`,
  async readRecords(iterator) {
    const [shardId, after] = iterator.split(" ");
    const all = shardId === "parent" ? ["1", "2"] : ["3"];
    const records = all.filter((each) => Number(each) > Number(after)).map(record);
    return { records, next: shardId === "parent" ? undefined : `child 3`, isWhole: true };
  },
  close: () => {},
};

test("a child shard is read when its parent's records are done, and neither again after a restart", async () => {
  const folder = await mkdtemp(join(tmpdir(), "stack-emulator-"));
  const clock = createClock();
  const mapping: StreamMapping = {
    kind: "stream",
    logicalId: "Mapping",
    functionLogicalId: "Worker",
    functionArn: "arn:aws:lambda:us-east-1:000000000000:function:worker",
    sourceArn: "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/1",
    batchSize: 10,
    windowMs: 0,
    filters: [],
    reportsFailures: false,
    startingPosition: "TRIM_HORIZON",
    parallelization: 1,
    maximumRetries: 1,
    maximumAgeMs: 3_600_000,
    bisects: false,
    failureQueueArn: undefined,
  };
  const batches: string[][] = [];
  const run = () => {
    const closing = new AbortController();
    const source = startStreamSource({
      api,
      clock,
      region: "us-east-1",
      checkpointFile: join(folder, "Mapping.json"),
      mapping,
      // Each batch is one of this stream's records.
      invoke: async (event) => void batches.push(sequenceNumbers(event as Event)),
      discard: () => {},
      now: clock.now,
      pause: async () => {},
      log: () => {},
      signal: closing.signal,
    });
    return async () => {
      await source.ready;
      closing.abort();
      await source.ended();
    };
  };
  const stop = run();
  await vi.waitFor(() => expect(batches).toEqual([["1", "2"], ["3"]]), { timeout: 5000, interval: 10 });
  await stop();
  await run()();
  expect(batches).toEqual([["1", "2"], ["3"]]);
  await rm(folder, { recursive: true });
});

interface Event {
  readonly Records: readonly { readonly dynamodb: { readonly SequenceNumber: string } }[];
}
const sequenceNumbers = ({ Records }: Event) => Records.map(({ dynamodb }) => dynamodb.SequenceNumber);
