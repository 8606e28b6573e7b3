import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { arnOf, type Dynamo, type Events, openDynamo, openEvents, stackOf, until } from "./fixture.ts";

let dynamo: Dynamo;
let events: Events;
let release = (): void => {};
/** A handler that is not done before it is released. */
const held = () =>
  new Promise<void>((resolve) => {
    release = resolve;
  });

beforeAll(async () => {
  dynamo = await openDynamo();
}, 30_000);
afterAll(() => dynamo.close());
beforeEach(async () => {
  events = await openEvents(dynamo.endpoint, { Work: { QueueName: "work" } });
});
afterEach(async () => {
  release();
  await events.close();
});

test("a stream is waited for from the write until its function is done, wanted or not", async () => {
  const stream = await dynamo.table("idle");
  const sources = await events.start(
    stackOf({
      Mapping: {
        EventSourceArn: stream,
        StartingPosition: "TRIM_HORIZON",
        FilterCriteria: {
          Filters: [{ Pattern: JSON.stringify({ dynamodb: { Keys: { pk: { S: ["wanted"] } } } }) }],
        },
      },
    }),
    held,
  );
  await until(() => expect(sources.waitingFor()).toEqual([]));
  const put = async (pk: string) => {
    await dynamo.call("PutItem", { TableName: "idle", Item: { pk: { S: pk }, sk: { S: "-" } } });
    sources.wake();
  };

  await put("unwanted");
  expect(sources.waitingFor()).toEqual(["what was written since Mapping was read"]);
  await until(() => expect(sources.waitingFor()).toEqual([]));
  expect(events.batches).toEqual([]);

  await put("wanted");
  expect(sources.waitingFor()).toHaveLength(1);
  await until(() => expect(events.batches).toHaveLength(1));
  expect(sources.waitingFor()).toEqual(["1 records of Mapping"]);
  release();
  await until(() => expect(sources.waitingFor()).toEqual([]));
});

test("a queue is waited for from the send until its function is done; a delayed message is not", async () => {
  const sources = await events.start(stackOf({ Mapping: { EventSourceArn: arnOf("work") } }), held);
  const queue = events.sqs.queueByArn(arnOf("work"))?.queue;
  const send = (delayMs: number | undefined) =>
    queue?.send({
      body: "x",
      attributes: {},
      senderId: "worker-1",
      groupId: undefined,
      deduplicationId: undefined,
      traceHeader: undefined,
      delayMs,
    });
  send(60_000);
  expect(sources.waitingFor()).toEqual([]);
  send(undefined);
  expect(sources.waitingFor()).toEqual(["1 messages of Mapping"]);
  await until(() => expect(events.batches).toHaveLength(1));
  expect(sources.waitingFor()).toEqual(["1 messages of Mapping"]);
  release();
  await until(() => expect(sources.waitingFor()).toEqual([]));
});
