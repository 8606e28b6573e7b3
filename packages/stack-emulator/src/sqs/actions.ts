import type { Payload } from "../proxy/types.ts";
import { numberOf, textOf, textsOf } from "../template/read.ts";
import { inBatch, missing, required } from "./batch.ts";
import { invalidAttribute, invalidParameter, SqsError, unsupported } from "./errors.ts";
import type { Queue } from "./queue.ts";
import { queueAttributes } from "./queue-attributes.ts";
import { receivedMessage } from "./received-message.ts";
import { sendMessage, sendMessageBatch } from "./send-message.ts";
import { receiveWaiting, type Waiter } from "./waiting.ts";

/** The queue of an action, and the facts of its request. */
interface ActionContext {
  readonly queue: Queue;
  readonly waiter: Waiter;
  readonly senderId: string;
  readonly url: string;
  readonly queueByArn: (arn: string) => Queue | undefined;
  readonly queueByLogicalId: (logicalId: string) => Queue | undefined;
  /** The queues that send their dead letters to `queue`. */
  readonly sources: readonly Queue[];
  readonly urlOf: (queue: Queue) => string;
  /** Aborts when the caller has gone or the emulator closes. */
  readonly signal: AbortSignal;
}

type Action = (payload: Payload, context: ActionContext) => Payload | Promise<Payload>;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html */
export const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  ["SendMessage", sendMessage],
  ["SendMessageBatch", sendMessageBatch],
  ["ReceiveMessage", receiveMessage],
  [
    "DeleteMessage",
    (payload, { queue }) => {
      queue.delete(required(payload, "ReceiptHandle"));
      return {};
    },
  ],
  [
    "DeleteMessageBatch",
    (payload, { queue }) =>
      inBatch(payload, (entry) => {
        queue.delete(required(entry, "ReceiptHandle"));
        return {};
      }),
  ],
  [
    "ChangeMessageVisibility",
    (payload, { queue }) => {
      queue.changeVisibility(
        required(payload, "ReceiptHandle"),
        visibilityMs(payload) ?? missing("VisibilityTimeout"),
      );
      return {};
    },
  ],
  [
    "ChangeMessageVisibilityBatch",
    (payload, { queue }) =>
      inBatch(payload, (entry) => {
        queue.changeVisibility(
          required(entry, "ReceiptHandle"),
          visibilityMs(entry) ?? missing("VisibilityTimeout"),
        );
        return {};
      }),
  ],
  ["GetQueueUrl", (_, { url }) => ({ QueueUrl: url })],
  [
    "GetQueueAttributes",
    (payload, { queue, queueByLogicalId }) => {
      const all = queueAttributes(queue, queueByLogicalId);
      const names = textsOf(payload.AttributeNames);
      const unknown = names.find((name) => name !== "All" && !(name in all) && !optionalAttributes.has(name));
      if (unknown !== undefined) throw invalidAttribute(`Unknown Attribute ${unknown}.`);
      const wanted = Object.entries(all).filter(([name]) => names.includes("All") || names.includes(name));
      return wanted.length === 0 ? {} : { Attributes: Object.fromEntries(wanted) };
    },
  ],
  [
    "PurgeQueue",
    (_, { queue }) => {
      queue.purge();
      return {};
    },
  ],
  ["ListDeadLetterSourceQueues", (_, { sources, urlOf }) => ({ queueUrls: sources.map(urlOf) })],
  ["StartMessageMoveTask", startMessageMoveTask],
]);

const optionalAttributes = new Set([
  "RedrivePolicy",
  "FifoQueue",
  "ContentBasedDeduplication",
  "DeduplicationScope",
  "FifoThroughputLimit",
  "Policy",
  "KmsMasterKeyId",
  "RedriveAllowPolicy",
  "KmsDataKeyReusePeriodSeconds",
]);

async function receiveMessage(payload: Payload, { queue, waiter, signal }: ActionContext): Promise<Payload> {
  const max = numberOf(payload.MaxNumberOfMessages) ?? 1;
  const wait = numberOf(payload.WaitTimeSeconds) ?? queue.config.waitMs / 1000;
  if (!Number.isInteger(max) || max < 1 || max > 10) {
    throw invalidParameter(
      `Value ${max} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.`,
    );
  }
  if (wait < 0 || wait > 20) {
    throw invalidParameter(
      `Value ${wait} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.`,
    );
  }
  const options = { max, visibilityTimeoutMs: visibilityMs(payload), waitMs: wait * 1000 };
  const messages = await receiveWaiting(queue, waiter, options, signal);
  const system = [...textsOf(payload.MessageSystemAttributeNames), ...textsOf(payload.AttributeNames)];
  const names = textsOf(payload.MessageAttributeNames);
  // SQS leaves the list out when there is nothing to tell.
  return messages.length === 0
    ? {}
    : { Messages: messages.map((message) => receivedMessage(message, system, names)) };
}

/** Moves all at once, and so needs no ListMessageMoveTasks. */
function startMessageMoveTask(payload: Payload, { queue, queueByArn, sources }: ActionContext): Payload {
  if (sources.length === 0) throw unsupported("Source queue must be configured as a Dead Letter Queue.");
  const destinationArn = textOf(payload.DestinationArn);
  const destination = destinationArn === undefined ? undefined : queueByArn(destinationArn);
  if (destinationArn !== undefined && destination === undefined) {
    throw new SqsError(
      "ResourceNotFoundException",
      "The resource that you specified for the DestinationArn parameter doesn't exist.",
    );
  }
  for (const message of queue.messages()) {
    const origin =
      message.deadLetterSourceArn === undefined ? undefined : queueByArn(message.deadLetterSourceArn);
    const target = destination ?? origin;
    if (target === undefined || target.config.fifo !== queue.config.fifo) continue;
    queue.remove(message.id);
    target.accept(message, undefined);
  }
  return { TaskHandle: Buffer.from(queue.config.arn).toString("base64") };
}

function visibilityMs(payload: Payload): number | undefined {
  const seconds = numberOf(payload.VisibilityTimeout);
  if (seconds !== undefined && (seconds < 0 || seconds > 43_200)) {
    throw invalidParameter(
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be an integer between 0 and 43200`,
    );
  }
  return seconds === undefined ? undefined : seconds * 1000;
}
