import type { QueueEndpoint } from "../sqs/index.ts";
import type { Message } from "../sqs/message.ts";
import { md5, md5OfAttributes } from "../sqs/message.ts";
import { systemAttributes } from "../sqs/received-message.ts";
import { receiveWaiting } from "../sqs/waiting.ts";
import { readBatchResponse } from "./batch-response.ts";
import type { MappingFilter, QueueMapping } from "./mapping.ts";
import { countThatFit } from "./payload.ts";
import { createSignal } from "./signal.ts";
import type { Source } from "./stream-source.ts";

interface QueueSourceOptions {
  readonly mapping: QueueMapping;
  readonly endpoint: QueueEndpoint;
  readonly region: string;
  /** Invokes the function with `{Records}`. */
  readonly invoke: (event: unknown) => Promise<unknown>;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** As long as a poll of SQS can take. */
const pollMs = 20_000;

/**
 * Delivers a queue to a function. It deletes messages that succeeded. A message that failed stays
 * hidden until its visibility timeout ends, as Lambda leaves it.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * A FIFO queue itself holds a group back while messages of the group are under way. That keeps
 * their order.
 */
export function startQueueSource(options: QueueSourceOptions): Source {
  const { mapping, signal } = options;
  const running = new Set<Promise<void>>();
  const progress = createSignal();
  signal.addEventListener("abort", progress.raise);

  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      if (running.size >= mapping.maximumConcurrency) {
        await progress.wait();
        continue;
      }
      const messages = await collect(options);
      if (signal.aborted) giveBack(messages, options);
      if (signal.aborted || messages.length === 0) continue;
      const process = deliverAll(messages, options).finally(() => {
        running.delete(process);
        progress.raise();
      });
      running.add(process);
    }
  };
  const looping = loop();
  return {
    ready: Promise.resolve(),
    // A queue tells its receivers itself.
    wake: () => {},
    waitingFor() {
      const { visible, inFlight } = options.endpoint.queue.counts();
      const messages = visible + inFlight;
      return messages > 0 ? `${messages} messages of ${mapping.logicalId}` : undefined;
    },
    async ended() {
      await looping;
      await Promise.all(running);
    },
  };
}

/**
 * Collects a batch, up to the batch size: the messages that the queue has, or all that come within
 * the window after the first message.
 */
async function collect({ mapping, endpoint, signal, log }: QueueSourceOptions): Promise<Message[]> {
  const { queue, waiter } = endpoint;
  const wanted: Message[] = [];
  let windowEnd = 0;
  for (;;) {
    const waitMs = wanted.length === 0 ? pollMs : windowEnd - performance.now();
    const max = mapping.batchSize - wanted.length;
    const received = await receiveWaiting(
      queue,
      waiter,
      { max, visibilityTimeoutMs: undefined, waitMs },
      signal,
    );
    const passed = received.filter((message) => passes(message, mapping.filters));
    // A message that no filter wants is gone from the queue.
    for (const message of received) {
      if (!passed.includes(message) && message.receiptHandle !== undefined)
        queue.delete(message.receiptHandle);
    }
    if (passed.length < received.length)
      log(`${mapping.logicalId}: filters dropped ${received.length - passed.length} messages`);
    if (wanted.length === 0) windowEnd = performance.now() + mapping.windowMs;
    wanted.push(...passed);
    const done = wanted.length >= mapping.batchSize || performance.now() >= windowEnd;
    if (signal.aborted || received.length === 0 || (wanted.length > 0 && done)) return wanted;
  }
}

/**
 * Releases the messages of a batch that is no longer delivered, so that the next run can receive
 * them at once.
 */
function giveBack(messages: readonly Message[], { endpoint }: QueueSourceOptions): void {
  for (const { receiptHandle } of messages) {
    if (receiptHandle !== undefined) endpoint.queue.changeVisibility(receiptHandle, 0);
  }
}

/**
 * Returns whether a message passes a filter. The body and the filter must both be JSON, or both
 * text.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
function passes(message: Message, filters: readonly MappingFilter[]): boolean {
  if (filters.length === 0) return true;
  const json = parseJson(message.body);
  return filters.some(({ test, body }) => {
    if (body === "json") return json !== undefined && test({ body: json });
    if (body === "text") return json === undefined && test({ body: message.body });
    return test({ messageId: message.id, attributes: systemAttributes(message) });
  });
}

/** An object, or undefined: only such a body counts as JSON to a filter. */
function parseJson(body: string): object | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Delivers a batch in as many events as its size takes. In a FIFO queue the messages after a
 * failure wait, to keep their order.
 */
async function deliverAll(messages: readonly Message[], options: QueueSourceOptions): Promise<void> {
  let rest = messages;
  while (rest.length > 0) {
    const count = countThatFit(rest.map((message) => sqsRecord(message, options)));
    const succeeded = await deliver(rest.slice(0, count), options);
    rest = rest.slice(count);
    if (!succeeded && options.endpoint.queue.config.fifo) return;
  }
}

/** Whether all of them succeeded. */
async function deliver(messages: readonly Message[], options: QueueSourceOptions): Promise<boolean> {
  const { mapping, endpoint, log } = options;
  const Records = messages.map((message) => sqsRecord(message, options));
  try {
    const response = await options.invoke({ Records });
    const failed = mapping.reportsFailures ? failedIn(response, messages) : new Set<string>();
    for (const { id, receiptHandle } of messages) {
      if (!failed.has(id) && receiptHandle !== undefined) endpoint.queue.delete(receiptHandle);
    }
    return failed.size === 0;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log(
      `${mapping.logicalId}: ${mapping.functionLogicalId} failed on ${messages.length} messages: ${reason}`,
    );
    return false;
  }
}

function failedIn(response: unknown, messages: readonly Message[]): ReadonlySet<string> {
  const result = readBatchResponse(
    response,
    messages.map(({ id }) => id),
  );
  if (result.kind === "failure") throw new Error(result.reason);
  return result.kind === "partial" ? result.failed : new Set();
}

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
 */
function sqsRecord(message: Message, { mapping, region }: QueueSourceOptions): unknown {
  const digest = md5OfAttributes(message.attributes);
  return {
    messageId: message.id,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: systemAttributes(message),
    messageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
        name,
        {
          ...(StringValue !== undefined && { stringValue: StringValue }),
          ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
          stringListValues: [],
          binaryListValues: [],
          dataType: DataType,
        },
      ]),
    ),
    ...(digest !== undefined && { md5OfMessageAttributes: digest }),
    md5OfBody: md5(message.body),
    eventSource: "aws:sqs",
    eventSourceARN: mapping.sourceArn,
    awsRegion: region,
  };
}
