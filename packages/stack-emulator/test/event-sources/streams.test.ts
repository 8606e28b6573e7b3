import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Payload } from "../../src/proxy/types.ts";
import {
  arnOf,
  type Dynamo,
  type Events,
  type Handler,
  openDynamo,
  openEvents,
  stackOf,
  until,
} from "./fixture.ts";
import { change, name, sequenceNumber } from "./stream-records.ts";

let dynamo: Dynamo;
let events: Events;
let table: string;
let stream: string;
let made = 0;

beforeAll(async () => {
  dynamo = await openDynamo();
}, 30_000);
afterAll(() => dynamo.close());
beforeEach(async () => {
  made += 1;
  table = `table-${made}`;
  stream = await dynamo.table(table);
  events = await openEvents(dynamo.endpoint, { Failures: { QueueName: "failures" } });
});
afterEach(() => events.close());

const put = async (pk: string, sk = "-", more: Payload = {}) => {
  await dynamo.call("PutItem", { TableName: table, Item: { pk: { S: pk }, sk: { S: sk }, ...more } });
  events.wake();
};
const mapping = (more: Record<string, unknown> = {}) =>
  stackOf({ Mapping: { EventSourceArn: stream, StartingPosition: "TRIM_HORIZON", BatchSize: 10, ...more } });

const names = () => events.batches.map((batch) => batch.map(name));
const delivered = () => names().flat();

describe("a DynamoDB stream", () => {
  test("gives records in Lambda's shape", async () => {
    await events.start(mapping());
    const before = Math.floor(events.clock.now() / 1000);
    await put("u1", "a", { n: { N: "1" } });
    await put("u1", "a", { n: { N: "2" } });
    await dynamo.call("DeleteItem", { TableName: table, Key: { pk: { S: "u1" }, sk: { S: "a" } } });
    await until(() => expect(delivered()).toHaveLength(3));
    const records = events.batches.flat();
    const Keys = { pk: { S: "u1" }, sk: { S: "a" } };
    expect(records[1]).toMatchObject({
      eventID: expect.any(String),
      eventName: "MODIFY",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: "us-east-1",
      eventSourceARN: stream,
      dynamodb: {
        Keys,
        OldImage: { ...Keys, n: { N: "1" } },
        NewImage: { ...Keys, n: { N: "2" } },
        SequenceNumber: expect.any(String),
        SizeBytes: expect.any(Number),
        StreamViewType: "NEW_AND_OLD_IMAGES",
      },
    });
    expect(records.map((record) => record.eventName)).toEqual(["INSERT", "MODIFY", "REMOVE"]);
    expect(records[2]).not.toHaveProperty("dynamodb.NewImage");
    expect(records[2]).not.toHaveProperty("userIdentity");
    // DynamoDB Local cuts times down to the minute; a function must see when it happened.
    expect(change(records[0]).ApproximateCreationDateTime).toBeGreaterThanOrEqual(before);
  });

  test("gives an empty map its type, wherever it is", async () => {
    await events.start(mapping());
    const empty = { M: {} };
    const attributes = { map: empty, list: { L: [] }, deep: { M: { map: empty, list: { L: [empty] } } } };
    await put("u1", "a", attributes);
    await until(() => expect(delivered()).toHaveLength(1));
    expect(events.batches.flat()[0]).toMatchObject({ dynamodb: { NewImage: attributes } });
  });

  test("tells a deletion by TTL from one by a caller", async () => {
    await events.start(mapping());
    await put("gone", "-", { expires_at: { N: String(Math.floor(Date.now() / 1000) - 60) } });
    await vi.waitFor(() => expect(delivered()).toHaveLength(2), { timeout: 25_000, interval: 50 });
    expect(events.batches.flat()[1]).toMatchObject({
      eventName: "REMOVE",
      userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" },
    });
  }, 30_000);

  test("keeps to batch size and filters", async () => {
    const FilterCriteria = {
      Filters: [
        { Pattern: JSON.stringify({ dynamodb: { Keys: { sk: { S: [{ prefix: "MSG#" }] } } } }) },
        { Pattern: JSON.stringify({ eventName: ["INSERT"], dynamodb: { Keys: { pk: { S: ["all"] } } } }) },
      ],
    };
    for (const sk of ["MSG#1", "HEAD", "MSG#2", "MSG#3"]) await put("r", sk);
    await put("all", "x");
    await events.start(mapping({ BatchSize: 2, FilterCriteria }));
    await until(() => expect(delivered()).toHaveLength(4));
    expect(names()).toEqual([
      ["r/MSG#1", "r/MSG#2"],
      ["r/MSG#3", "all/x"],
    ]);
  });

  test("collects until the batch is full or the window ends", async () => {
    await events.start(mapping({ MaximumBatchingWindowInSeconds: 300, BatchSize: 3 }));
    for (const sk of ["1", "2", "3"]) await put("r", sk);
    await until(() => expect(names()).toEqual([["r/1", "r/2", "r/3"]]));
    await events.stop();
    await events.start(mapping({ MaximumBatchingWindowInSeconds: 1, BatchSize: 3 }));
    await put("r", "4");
    await until(() => expect(delivered().at(-1)).toBe("r/4"));
  });

  test("begins at LATEST with what comes after, and goes on from its checkpoint after a restart", async () => {
    const latest = mapping({ StartingPosition: "LATEST" });
    await put("before");
    await events.start(latest);
    await put("first");
    await until(() => expect(delivered()).toEqual(["first/-"]));
    await events.stop();
    await put("meanwhile");
    await events.start(latest);
    await put("second");
    await until(() => expect(delivered()).toEqual(["first/-", "meanwhile/-", "second/-"]));
  });

  test("delivers again what was under way when the emulator stopped", async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const { promise: crash, reject } = Promise.withResolvers<void>();
    await events.start(mapping(), async () => {
      begin();
      await crash;
    });
    await put("a");
    await begun;
    const stopping = events.stop();
    reject(new Error("the worker ended"));
    await stopping;
    await events.start(mapping());
    await until(() => expect(delivered()).toEqual(["a/-", "a/-"]));
  });

  test("keeps the order of a partition key while lanes run side by side", async () => {
    let running = 0;
    let most = 0;
    for (let n = 0; n < 5; n++) for (const pk of ["a", "b", "c", "d", "e"]) await put(pk, String(n));
    await events.start(mapping({ ParallelizationFactor: 4, BatchSize: 2 }), async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
    });
    await until(() => expect(delivered()).toHaveLength(25));
    for (const pk of ["a", "b", "c", "d", "e"]) {
      const own = delivered().filter((each) => each.startsWith(pk));
      expect(own).toEqual(["0", "1", "2", "3", "4"].map((n) => `${pk}/${n}`));
    }
    expect(most).toBeGreaterThan(1);
  });

  test("of a mapping that is disabled delivers nothing", async () => {
    await put("a");
    await events.start(
      stackOf({
        Off: { EventSourceArn: stream, StartingPosition: "TRIM_HORIZON", Enabled: false },
        On: { EventSourceArn: stream, StartingPosition: "TRIM_HORIZON" },
      }),
    );
    await until(() => expect(delivered()).toEqual(["a/-"]));
  });
});

describe("a stream's failures", () => {
  const poison: Handler = ({ Records }) => {
    if (Records.some((record) => name(record) === "r/bad")) throw new Error("poison");
  };
  const OnFailure = { Destination: arnOf("failures") };
  const failures = () => {
    const messages = events.sqs.queueByArn(arnOf("failures"))?.queue.messages() ?? [];
    return messages.map((message) => JSON.parse(message.body));
  };
  const putAll = async () => {
    for (const sk of ["1", "bad", "3", "4"]) await put("r", sk);
  };

  test("retry the batch, then give it up to the destination", async () => {
    await putAll();
    await events.start(
      mapping({ BatchSize: 4, MaximumRetryAttempts: 1, DestinationConfig: { OnFailure } }),
      poison,
    );
    await put("r", "5");
    await until(() => expect(delivered()).toContain("r/5"));
    const all = ["r/1", "r/bad", "r/3", "r/4"];
    expect(names().slice(0, 3)).toEqual([all, all, ["r/5"]]);
    const [first, last] = [events.batches[0]?.[0], events.batches[0]?.[3]];
    expect(failures()).toEqual([
      {
        requestContext: {
          requestId: expect.any(String),
          functionArn: "arn:aws:lambda:us-east-1:000000000000:function:worker",
          condition: "RetryAttemptsExhausted",
          approximateInvokeCount: 2,
        },
        responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
        version: "1.0",
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        DDBStreamBatchInfo: {
          shardId: expect.stringMatching(/^shardId-/),
          startSequenceNumber: sequenceNumber(first),
          endSequenceNumber: sequenceNumber(last),
          approximateArrivalOfFirstRecord: expect.stringMatching(/:\d\dZ$/),
          approximateArrivalOfLastRecord: expect.stringMatching(/:\d\dZ$/),
          batchSize: 4,
          streamArn: stream,
        },
      },
    ]);
  });

  test("are found by halves when the mapping bisects", async () => {
    await putAll();
    await events.start(
      mapping({
        BatchSize: 4,
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure },
      }),
      poison,
    );
    await until(() => expect(delivered().at(-1)).toBe("r/4"));
    expect(names()).toEqual([
      ["r/1", "r/bad", "r/3", "r/4"],
      ["r/1", "r/bad"],
      ["r/1"],
      ["r/bad"],
      ["r/3", "r/4"],
    ]);
    await until(() => expect(failures()).toMatchObject([{ DDBStreamBatchInfo: { batchSize: 1 } }]));
  });

  test("that are reported keep what came before the lowest", async () => {
    await putAll();
    let failed = 0;
    await events.start(
      mapping({ BatchSize: 4, FunctionResponseTypes: ["ReportBatchItemFailures"], MaximumRetryAttempts: 5 }),
      ({ Records }) => {
        const bad = Records.filter((record) => ["r/bad", "r/4"].includes(name(record)));
        if (bad.length === 0 || failed === 2) return { batchItemFailures: [] };
        failed += 1;
        return {
          batchItemFailures: bad.reverse().map((record) => ({ itemIdentifier: sequenceNumber(record) })),
        };
      },
    );
    await until(() => expect(names()).toHaveLength(3));
    const rest = ["r/bad", "r/3", "r/4"];
    expect(names()).toEqual([["r/1", ...rest], rest, rest]);
  });

  test.each<[string, unknown]>([
    ["an empty identifier", { batchItemFailures: [{ itemIdentifier: "" }] }],
    ["no identifier", { batchItemFailures: [{ sequenceNumber: "1" }] }],
    ["one that is not in the batch", { batchItemFailures: [{ itemIdentifier: "17" }] }],
  ])("count as the whole batch's with %s", async (_, response) => {
    await put("a");
    let first = true;
    await events.start(mapping({ FunctionResponseTypes: ["ReportBatchItemFailures"] }), () => {
      const answer = first ? response : undefined;
      first = false;
      return answer;
    });
    await until(() => expect(names()).toEqual([["a/-"], ["a/-"]]));
  });

  test("end with the record's age", async () => {
    await put("r", "bad");
    await events.start(
      mapping({ MaximumRecordAgeInSeconds: 3600, DestinationConfig: { OnFailure } }),
      poison,
    );
    await until(() => expect(delivered().length).toBeGreaterThan(0));
    events.clock.advance(3_601_000);
    await until(() =>
      expect(failures()).toMatchObject([{ requestContext: { condition: "RecordAgeExceeded" } }]),
    );
    await put("r", "good");
    await until(() => expect(delivered().at(-1)).toBe("r/good"));
  });
});
