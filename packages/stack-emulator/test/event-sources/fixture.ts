import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { createClock, type SharedClock } from "../../src/clock.ts";
import { type DynamoDbLocal, startDynamoDbLocal } from "../../src/dynamodb/process.ts";
import { localSignature } from "../../src/dynamodb/tables.ts";
import {
  type EventSourceOptions,
  type EventSources,
  startEventSources,
} from "../../src/event-sources/index.ts";
import type { FunctionHost } from "../../src/lambda/types.ts";
import { requireJava } from "../../src/prerequisites.ts";
import { type Payload, parsePayload } from "../../src/proxy/types.ts";
import { createSqs, type Sqs } from "../../src/sqs/index.ts";
import type { ResolvedStack, Resource } from "../../src/template/types.ts";

export type Handler = (event: { Records: Payload[] }) => unknown;

export const arnOf = (queue: string) => `arn:aws:sqs:us-east-1:000000000000:${queue}`;

/** Waits until it is so. */
export const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 10 });

/**
 * A stack of one function `Worker` with its event source mappings, as the template loader would
 * resolve it.
 */
export function stackOf(
  mappings: Record<string, Record<string, unknown>>,
  timeoutSeconds = 3,
): ResolvedStack {
  const resources = new Map<string, Resource>([
    ["Worker", { Type: "AWS::Lambda::Function", Properties: { Timeout: timeoutSeconds } }],
  ]);
  for (const [logicalId, mapping] of Object.entries(mappings)) {
    const Properties = { FunctionName: "worker", ...mapping };
    resources.set(logicalId, { Type: "AWS::Lambda::EventSourceMapping", Properties });
  }
  const resolve = (value: unknown): unknown =>
    JSON.stringify(value).includes("GetAtt")
      ? "arn:aws:lambda:us-east-1:000000000000:function:worker"
      : "worker";
  return { resources, outputs: new Map(), resolve };
}

export interface Events {
  readonly clock: SharedClock;
  readonly sqs: Sqs;
  /** Records that the function was given, batch by batch. */
  readonly batches: Payload[][];
  readonly log: string[];
  start(stack: ResolvedStack, handler?: Handler, more?: Partial<EventSourceOptions>): Promise<EventSources>;
  /** Tells what was started last that something was written, as the proxy does. */
  wake(): void;
  /** Ends what was started last. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function openEvents(
  dynamoEndpoint: string,
  queues: Record<string, Record<string, unknown>> = {},
): Promise<Events> {
  const dataDir = await mkdtemp(join(tmpdir(), "stack-emulator-"));
  const clock = createClock();
  const resources = new Map<string, Resource>(
    Object.entries(queues).map(([id, Properties]) => [id, { Type: "AWS::SQS::Queue", Properties }]),
  );
  const location = { accountId: "000000000000", region: "us-east-1", endpoint: () => "http://127.0.0.1" };
  const sqs = createSqs({ resources, dataDir, fresh: true, clock, location });
  const batches: Payload[][] = [];
  const log: string[] = [];
  let sources: EventSources | undefined;
  const stop = async () => {
    await sources?.close();
    sources = undefined;
  };
  return {
    clock,
    sqs,
    batches,
    log,
    async start(stack, handler = () => undefined, more = {}) {
      const functions: FunctionHost = {
        async invoke(_, event) {
          // Only event sources invoke this function, and all of theirs have this form.
          const given = event as { Records: Payload[] };
          batches.push(given.Records);
          return handler(given);
        },
        crash: () => {},
        caller: () => undefined,
      };
      sources = await startEventSources({
        stack,
        functions,
        dynamoEndpoint,
        sqs,
        clock,
        region: "us-east-1",
        dataDir,
        fresh: false,
        log: (line) => log.push(line),
        ...more,
      });
      return sources;
    },
    wake: () => sources?.wake(),
    stop,
    async close() {
      await stop();
      sqs.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

export interface Dynamo {
  readonly endpoint: string;
  call(action: string, payload: unknown): Promise<Payload>;
  /** Makes a table with key `pk`, `sk` and a stream, and gives the stream's ARN. */
  table(name: string): Promise<string>;
  close(): Promise<void>;
}

export async function openDynamo(): Promise<Dynamo> {
  const local: DynamoDbLocal = await startDynamoDbLocal({
    dataPath: undefined,
    java: await requireJava(),
    onFailure: () => {},
  });
  const call = async (action: string, payload: unknown) => {
    const headers = { ...localSignature, "x-amz-target": `DynamoDB_20120810.${action}` };
    const { status, body } = await local.forward(headers, Buffer.from(JSON.stringify(payload)));
    if (status !== 200) throw new Error(body.toString());
    return parsePayload(body);
  };
  return {
    endpoint: `http://127.0.0.1:${local.port}`,
    call,
    async table(TableName) {
      await call("CreateTable", {
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      });
      await call("UpdateTimeToLive", {
        TableName,
        TimeToLiveSpecification: { AttributeName: "expires_at", Enabled: true },
      });
      const { Table } = await call("DescribeTable", { TableName });
      // The answer to a request that succeeded has it.
      return (Table as { LatestStreamArn: string }).LatestStreamArn;
    },
    close: local.close,
  };
}
