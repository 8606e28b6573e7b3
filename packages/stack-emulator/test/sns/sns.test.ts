import { PublishCommand, type PublishCommandInput, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createClock, type SharedClock } from "../../src/clock.ts";
import { createSns, type Sns } from "../../src/sns/index.ts";
import type { Resource } from "../../src/template/types.ts";
import { type StoreServer, serveStore } from "../support/store-server.ts";

const location = { accountId: "000000000000", region: "us-east-1", endpoint: () => server.endpoint };
const topic: Resource = { Type: "AWS::SNS::Topic", Properties: { TopicName: "news" } };

let clock: SharedClock;
let sns: Sns;
let server: StoreServer;
let client: SNSClient;
let arn: string;

beforeEach(async () => {
  clock = createClock();
  sns = createSns({ resources: new Map([["News", topic]]), clock, location });
  server = await serveStore((request) => sns.handle(request));
  sns.provision({
    ref: (_, value) => {
      arn = value;
    },
    attribute: () => {},
  });
  client = new SNSClient({
    region: "us-east-1",
    endpoint: server.endpoint,
    credentials: { accessKeyId: "worker-1", secretAccessKey: "secret-1" },
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

const publish = (input: Partial<PublishCommandInput>) =>
  client.send(new PublishCommand({ TopicArn: arn, Message: "Hello", ...input }));

test("what is published is kept, with its attributes", async () => {
  clock.advance(3_600_000);
  const { MessageId } = await publish({
    Message: "héllo & <€> 😀\nsecond line",
    Subject: "News",
    MessageAttributes: {
      type: { DataType: "String", StringValue: "mention" },
      count: { DataType: "Number", StringValue: "3" },
    },
  });
  expect(sns.published()).toEqual([
    {
      topic_arn: "arn:aws:sns:us-east-1:000000000000:news",
      message_id: MessageId,
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      subject: "News",
      message: "héllo & <€> 😀\nsecond line",
      attributes: { type: { type: "String", value: "mention" }, count: { type: "Number", value: "3" } },
    },
  ]);
  expect(Date.parse(sns.published()[0]?.at ?? "")).toBeGreaterThan(Date.now() + 3_500_000);
});

test("the latest thousand are kept", async () => {
  const form = (Message: string) => new URLSearchParams({ Action: "Publish", TopicArn: arn, Message });
  for (let at = 0; at < 1002; at += 1)
    await sns.handle({
      method: "POST",
      url: "/",
      headers: {},
      body: Buffer.from(form(String(at)).toString()),
    });
  expect(sns.published().length).toBe(1000);
  expect(sns.published().map(({ message }) => message)).toEqual(
    Array.from({ length: 1000 }, (_, at) => String(at + 2)),
  );
});

const other = "arn:aws:sns:us-east-1:000000000000:other";
const refused: readonly (readonly [
  what: string,
  Partial<PublishCommandInput>,
  name: string,
  words: string,
])[] = [
  ["to no topic of the stack", { TopicArn: other }, "NotFoundException", "Topic does not exist"],
  ["to what is no topic", { TopicArn: "news" }, "InvalidParameterException", "Invalid parameter: TopicArn"],
  ["without a topic", { TopicArn: undefined }, "InvalidParameterException", "TopicArn or TargetArn"],
  ["of nothing", { Message: "" }, "InvalidParameterException", "Empty message"],
  [
    "of more than 256 KB",
    { Message: "é".repeat(128 * 1024), MessageAttributes: { a: { DataType: "String", StringValue: "b" } } },
    "InvalidParameterException",
    "Message too long",
  ],
  [
    "with an attribute of no type",
    { MessageAttributes: { a: { DataType: "Text", StringValue: "b" } } },
    "InvalidParameterValueException",
    "invalid message attribute type",
  ],
  [
    "with an empty attribute",
    { MessageAttributes: { a: { DataType: "String", StringValue: "" } } },
    "InvalidParameterValueException",
    "must contain non-empty message attribute value",
  ],
  ["with a subject of two lines", { Subject: "a\nb" }, "InvalidParameterException", "Subject"],
];
for (const [what, input, name, words] of refused)
  test(`publishing ${what} is refused with SNS's own error`, async () => {
    await expect(publish(input)).rejects.toMatchObject({ name, message: expect.stringContaining(words) });
    expect(sns.published()).toEqual([]);
  });

test("what is not served says so", async () => {
  await expect(
    client.send(new SubscribeCommand({ TopicArn: arn, Protocol: "email", Endpoint: "ann@example.com" })),
  ).rejects.toMatchObject({
    name: "InvalidAction",
    message: "The local SNS does not serve Subscribe.",
  });
  const Properties = { TopicArn: arn, Protocol: "email", Endpoint: "ann@example.com" };
  const resources = new Map<string, Resource>([["Mail", { Type: "AWS::SNS::Subscription", Properties }]]);
  expect(() => createSns({ resources, clock, location })).toThrow(
    "Mail: the local SNS delivers to no subscription",
  );
});
