import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClock, type SharedClock } from "../../src/clock.ts";
import { createSqs, type Sqs } from "../../src/sqs/index.ts";
import type { Resource } from "../../src/template/types.ts";
import { type StoreServer, serveStore } from "../support/store-server.ts";

const queue = (Properties: Record<string, unknown>): Resource => ({ Type: "AWS::SQS::Queue", Properties });
const resources = new Map([
  ["Dead", queue({ QueueName: "dead" })],
  [
    "Work",
    queue({
      QueueName: "work",
      VisibilityTimeout: 30,
      RedrivePolicy: { deadLetterTargetArn: { "Fn::GetAtt": ["Dead", "Arn"] }, maxReceiveCount: 2 },
    }),
  ],
  ["Ordered", queue({ QueueName: "ordered.fifo", FifoQueue: true, ContentBasedDeduplication: true })],
]);

let dataDir: string;
let clock: SharedClock;
let sqs: Sqs;
let server: StoreServer;
let client: SQSClient;
let refs: Map<string, string>;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "stack-emulator-"));
  clock = createClock();
  await open();
});
afterEach(async () => {
  await shut();
  await rm(dataDir, { recursive: true });
});

async function open(): Promise<void> {
  const location = { accountId: "000000000000", region: "us-east-1", endpoint: () => server.endpoint };
  sqs = createSqs({ resources, dataDir, fresh: false, clock, location });
  server = await serveStore((request) => sqs.handle(request));
  refs = new Map();
  sqs.provision({ ref: (id, value) => void refs.set(id, value), attribute: () => {} });
  client = new SQSClient({
    region: "us-east-1",
    endpoint: server.endpoint,
    credentials: { accessKeyId: "worker-1", secretAccessKey: "secret-1" },
  });
}

async function shut(): Promise<void> {
  client.destroy();
  sqs.close();
  await server.close();
}

const url = (logicalId: string) => refs.get(logicalId) ?? "";
const send = (logicalId: string, MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  client.send(new SendMessageCommand({ QueueUrl: url(logicalId), MessageBody, ...more }));
async function receive(logicalId: string, more: Partial<ReceiveMessageCommandInput> = {}) {
  const input = { QueueUrl: url(logicalId), MaxNumberOfMessages: 10, ...more };
  return (await client.send(new ReceiveMessageCommand(input))).Messages ?? [];
}
const bodies = async (...args: Parameters<typeof receive>) =>
  (await receive(...args)).map(({ Body }) => Body);

describe("standard queues", () => {
  test("give a message with its attributes until it is deleted", async () => {
    const MessageAttributes = {
      kind: { DataType: "String", StringValue: "note" },
      bytes: { DataType: "Binary", BinaryValue: Uint8Array.from([1, 2, 255]) },
    };
    const sent = await send("Work", "héllo €", { MessageAttributes });
    const [message] = await receive("Work", {
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
    });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: "héllo €",
      MessageAttributes,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      Attributes: { ApproximateReceiveCount: "1", SenderId: "worker-1" },
    });
    expect(await receive("Work")).toEqual([]);
    await client.send(
      new DeleteMessageCommand({ QueueUrl: url("Work"), ReceiptHandle: message?.ReceiptHandle }),
    );
    clock.advance(31_000);
    expect(await receive("Work")).toEqual([]);
  });

  test("digest attributes as SQS does", async () => {
    const timestamp = { DataType: "Number", StringValue: "1493147359900" };
    const { MD5OfMessageAttributes } = await send("Work", "x", { MessageAttributes: { timestamp } });
    // SQS answered this for these attributes. The tests of moto keep it.
    expect(MD5OfMessageAttributes).toBe("235c5c510d26fb653d073faed50ae77c");
  });

  test("show a message again after its visibility timeout, and then give it to the dead-letter queue", async () => {
    const { MessageId } = await send("Work", "poison");
    for (const count of ["1", "2"]) {
      const [message] = await receive("Work", { MessageSystemAttributeNames: ["ApproximateReceiveCount"] });
      expect(message?.Attributes).toEqual({ ApproximateReceiveCount: count });
      clock.advance(30_001);
    }
    expect(await receive("Work")).toEqual([]);
    const [dead] = await receive("Dead", { MessageSystemAttributeNames: ["DeadLetterQueueSourceArn"] });
    expect(dead).toMatchObject({
      MessageId,
      Body: "poison",
      Attributes: { DeadLetterQueueSourceArn: "arn:aws:sqs:us-east-1:000000000000:work" },
    });
    clock.advance(30_001);
    const SourceArn = "arn:aws:sqs:us-east-1:000000000000:dead";
    await client.send(new StartMessageMoveTaskCommand({ SourceArn }));
    expect(await bodies("Work")).toEqual(["poison"]);
  });

  test("change visibility, to zero as well", async () => {
    await send("Work", "a");
    const [message] = await receive("Work");
    const change = (VisibilityTimeout: number) =>
      client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: url("Work"),
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout,
        }),
      );
    await change(60);
    clock.advance(31_000);
    expect(await receive("Work")).toEqual([]);
    await change(0);
    expect(await bodies("Work")).toEqual(["a"]);
  });

  test("delay a message", async () => {
    await send("Work", "later", { DelaySeconds: 5 });
    expect(await receive("Work")).toEqual([]);
    clock.advance(5001);
    expect(await bodies("Work")).toEqual(["later"]);
  });

  test("end a long poll when a message comes, or the clock makes one visible", async () => {
    const first = bodies("Work", { WaitTimeSeconds: 20 });
    await send("Work", "now");
    expect(await first).toEqual(["now"]);
    await send("Work", "later", { DelaySeconds: 600 });
    const second = bodies("Work", { WaitTimeSeconds: 20 });
    // The poll must have begun before the clock moves, which the answer to a later request shows.
    await client.send(new GetQueueUrlCommand({ QueueName: "work" }));
    clock.advance(600_001);
    expect(await second).toContain("later");
  });

  test("take batches, and tell entries that fail from those that succeed", async () => {
    const Entries = [
      { Id: "a", MessageBody: "1" },
      { Id: "b", MessageBody: "\u0000" },
      { Id: "c", MessageBody: "3", DelaySeconds: 901 },
    ];
    const sent = await client.send(new SendMessageBatchCommand({ QueueUrl: url("Work"), Entries }));
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(["a"]);
    expect(sent.Failed).toMatchObject([
      { Id: "b", Code: "InvalidMessageContents", SenderFault: true },
      { Id: "c", Code: "InvalidParameterValue", SenderFault: true },
    ]);
    const received = await receive("Work");
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url("Work"),
        Entries: received.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url("Work"), AttributeNames: ["All"] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesNotVisible: "0",
      MaximumMessageSize: "1048576",
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:dead",
        maxReceiveCount: 2,
      }),
    });
  });

  test("refuse what is too much, by SQS's names", async () => {
    const batch = (bodies: string[]) =>
      client.send(
        new SendMessageBatchCommand({
          QueueUrl: url("Work"),
          Entries: bodies.map((MessageBody, index) => ({ Id: `m${index}`, MessageBody })),
        }),
      );
    await expect(send("Work", "x".repeat(1_048_577))).rejects.toMatchObject({
      name: "InvalidParameterValue",
    });
    await expect(batch(["x".repeat(600_000), "x".repeat(600_000)])).rejects.toMatchObject({
      name: "BatchRequestTooLong",
    });
    await expect(batch(Array(11).fill("x"))).rejects.toMatchObject({ name: "TooManyEntriesInBatchRequest" });
    await expect(receive("Work", { MaxNumberOfMessages: 11 })).rejects.toMatchObject({
      name: "InvalidParameterValue",
    });
    await expect(client.send(new GetQueueUrlCommand({ QueueName: "missing" }))).rejects.toMatchObject({
      name: "QueueDoesNotExist",
    });
  });

  test("forget messages after the retention period, and when purged", async () => {
    await send("Dead", "old");
    clock.advance(4 * 24 * 3600 * 1000);
    expect(await receive("Dead")).toEqual([]);
    await send("Dead", "new");
    await client.send(new PurgeQueueCommand({ QueueUrl: url("Dead") }));
    expect(await receive("Dead")).toEqual([]);
  });

  test("keep messages and what was received over a restart", async () => {
    await send("Work", "a");
    await receive("Work");
    await send("Work", "b");
    await shut();
    await open();
    expect(await bodies("Work")).toEqual(["b"]);
    clock.advance(30_001);
    expect(await bodies("Work")).toEqual(["a", "b"]);
  });
});

describe("FIFO queues", () => {
  const put = (MessageBody: string, MessageGroupId: string, more: Partial<SendMessageCommandInput> = {}) =>
    send("Ordered", MessageBody, { MessageGroupId, ...more });

  test("keep the order of a group, and hold it back while one of its messages is received", async () => {
    for (const body of ["a1", "a2", "a3"]) await put(body, "a");
    await put("b1", "b");
    const [first] = await receive("Ordered", { MaxNumberOfMessages: 1 });
    expect(first?.Body).toBe("a1");
    expect(await bodies("Ordered")).toEqual(["b1"]);
    await client.send(
      new DeleteMessageCommand({ QueueUrl: url("Ordered"), ReceiptHandle: first?.ReceiptHandle }),
    );
    expect(await bodies("Ordered")).toEqual(["a2", "a3"]);
  });

  test("take a duplicate once in five minutes", async () => {
    const first = await put("same", "a");
    const again = await put("same", "a");
    expect([again.MessageId, again.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);
    await put("same", "a", { MessageDeduplicationId: "other" });
    clock.advance(5 * 60_000);
    const later = await put("same", "a");
    expect(BigInt(later.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(first.SequenceNumber ?? 0));
    expect(await bodies("Ordered")).toEqual(["same", "same", "same"]);
  });

  test("demand a group", async () => {
    await expect(send("Ordered", "x")).rejects.toMatchObject({ name: "MissingParameter" });
  });
});
