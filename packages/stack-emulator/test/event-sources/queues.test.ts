import { afterEach, beforeEach, expect, test } from "vitest";
import type { Payload } from "../../src/proxy/types.ts";
import { arnOf, type Events, type Handler, openEvents, stackOf, until } from "./fixture.ts";

let events: Events;

beforeEach(async () => {
  events = await openEvents("http://127.0.0.1:1", {
    Work: {
      QueueName: "work",
      RedrivePolicy: { deadLetterTargetArn: { "Fn::GetAtt": ["Dead", "Arn"] }, maxReceiveCount: 2 },
    },
    Dead: { QueueName: "dead" },
    Ordered: { QueueName: "ordered.fifo", FifoQueue: true, ContentBasedDeduplication: true },
  });
});
afterEach(async () => {
  await events.close();
});

const queue = (name: string) => {
  const endpoint = events.sqs.queueByArn(arnOf(name));
  if (endpoint === undefined) throw new Error(`no queue ${name}`);
  return endpoint.queue;
};
const send = (name: string, body: string, groupId?: string) =>
  queue(name).send({
    body,
    attributes: { kind: { DataType: "String", StringValue: "note" } },
    senderId: "worker-1",
    groupId,
    deduplicationId: undefined,
    traceHeader: undefined,
    delayMs: undefined,
  });
const mapping = (name: string, more: Record<string, unknown> = {}) =>
  stackOf({ Mapping: { EventSourceArn: arnOf(name), ...more } });
const bodies = () => events.batches.map((batch) => batch.map(({ body }) => body));
const reporting = { FunctionResponseTypes: ["ReportBatchItemFailures"] };
const failing =
  (...failed: string[]): Handler =>
  ({ Records }) => ({
    batchItemFailures: Records.filter(({ body }) => failed.includes(String(body))).map(({ messageId }) => ({
      itemIdentifier: messageId,
    })),
  });

test("gives messages in Lambda's shape, and deletes them when the function succeeds", async () => {
  const { messageId } = send("work", "hello");
  await events.start(mapping("work"));
  await until(() => expect(queue("work").messages()).toEqual([]));
  expect(events.batches).toEqual([
    [
      {
        messageId,
        receiptHandle: expect.any(String),
        body: "hello",
        attributes: {
          ApproximateReceiveCount: "1",
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: "worker-1",
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        },
        messageAttributes: {
          kind: { stringValue: "note", stringListValues: [], binaryListValues: [], dataType: "String" },
        },
        md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
        md5OfBody: "5d41402abc4b2a76b9719d911017c592",
        eventSource: "aws:sqs",
        eventSourceARN: arnOf("work"),
        awsRegion: "us-east-1",
      } satisfies Payload,
    ],
  ]);
});

test("shows a failed batch again after the visibility timeout, and then gives it to the dead-letter queue", async () => {
  send("work", "poison");
  await events.start(mapping("work"), () => {
    throw new Error("no");
  });
  await until(() => expect(events.batches).toHaveLength(1));
  await until(() => expect(events.log.join()).toContain("failed on 1 messages: no"));
  events.clock.advance(30_001);
  await until(() => expect(events.batches).toHaveLength(2));
  await until(() => expect(queue("work").counts().inFlight).toBe(1));
  events.clock.advance(30_001);
  await until(() => expect(queue("dead").messages()).toHaveLength(1));
  expect(events.batches).toHaveLength(2);
});

test("keeps only what the function reports as failed", async () => {
  for (const body of ["1", "2", "3"]) send("work", body);
  await events.start(mapping("work", reporting), failing("2"));
  await until(() =>
    expect(
      queue("work")
        .messages()
        .map(({ body }) => body),
    ).toEqual(["2"]),
  );
  events.clock.advance(30_001);
  await until(() => expect(bodies()).toEqual([["1", "2", "3"], ["2"]]));
});

test("takes an unknown identifier as the failure of the whole batch", async () => {
  for (const body of ["1", "2"]) send("work", body);
  await events.start(mapping("work", reporting), () => ({
    batchItemFailures: [{ itemIdentifier: "other" }],
  }));
  await until(() => expect(events.log.join()).toContain('names "other", which is not in the batch'));
  expect(queue("work").messages()).toHaveLength(2);
});

test("keeps to its batch size and its concurrency", async () => {
  const running: (() => void)[] = [];
  for (let n = 0; n < 12; n++) send("work", String(n));
  await events.start(mapping("work", { BatchSize: 2, ScalingConfig: { MaximumConcurrency: 3 } }), () => {
    return new Promise<void>((resolve) => running.push(resolve));
  });
  for (let done = 0; done < 6; done += 3) {
    await until(() => expect(running).toHaveLength(3));
    expect(events.batches).toHaveLength(done + 3);
    for (const end of running.splice(0)) end();
  }
  await until(() => expect(queue("work").messages()).toEqual([]));
  expect(events.batches.map((batch) => batch.length)).toEqual([2, 2, 2, 2, 2, 2]);
});

test("collects until the batch is full or the window ends", async () => {
  await events.start(mapping("work", { BatchSize: 2, MaximumBatchingWindowInSeconds: 300 }));
  send("work", "a");
  await until(() => expect(queue("work").counts().inFlight).toBe(1));
  send("work", "b");
  await until(() => expect(bodies()).toEqual([["a", "b"]]));
  send("work", "c");
  await until(() => expect(queue("work").counts().inFlight).toBe(1));
  await events.stop();
  expect(queue("work").counts().visible).toBe(1);
  await events.start(mapping("work", { BatchSize: 20, MaximumBatchingWindowInSeconds: 1 }));
  await until(() => expect(bodies()).toEqual([["a", "b"], ["c"]]));
});

test("splits a batch that is larger than an event may be", async () => {
  for (let n = 0; n < 7; n++) send("work", "x".repeat(1_000_000));
  await events.start(mapping("work"));
  await until(() => expect(queue("work").messages()).toEqual([]));
  expect(events.batches.map((batch) => batch.length)).toEqual([6, 1]);
});

test("drops what no filter wants", async () => {
  const FilterCriteria = { Filters: [{ Pattern: JSON.stringify({ body: { n: [{ numeric: [">", 1] }] } }) }] };
  for (const body of ['{"n":1}', '{"n":2}', "plain", '{"n":"3"}']) send("work", body);
  await events.start(mapping("work", { FilterCriteria }));
  await until(() => expect(queue("work").messages()).toEqual([]));
  expect(bodies()).toEqual([['{"n":2}']]);
});

test("keeps the order of a FIFO queue's groups, also over a failure", async () => {
  for (const [body, group] of [
    ["a1", "a"],
    ["b1", "b"],
    ["a2", "a"],
    ["b2", "b"],
  ] as const)
    send("ordered.fifo", body, group);
  let first = true;
  await events.start(mapping("ordered.fifo", { ...reporting, BatchSize: 10 }), (event) => {
    const answer = first ? failing("a1", "a2")(event) : undefined;
    first = false;
    return answer;
  });
  await until(() => expect(queue("ordered.fifo").messages()).toHaveLength(2));
  send("ordered.fifo", "a3", "a");
  send("ordered.fifo", "b3", "b");
  await until(() => expect(bodies().flat()).toContain("b3"));
  expect(bodies().flat()).not.toContain("a3");
  events.clock.advance(30_001);
  await until(() => expect(queue("ordered.fifo").messages()).toEqual([]));
  expect(bodies().flat().slice(-3)).toEqual(["a1", "a2", "a3"]);
});

test("refuses a queue whose messages show up again while the function still runs", async () => {
  const slow = stackOf({ Mapping: { EventSourceArn: arnOf("work") } }, 60);
  await expect(events.start(slow)).rejects.toThrow(
    "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds",
  );
});
