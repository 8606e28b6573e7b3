import type { Payload } from "../proxy/types.ts";
import { numberOf, textOf } from "../template/read.ts";
import { batchEntries, inBatch, required } from "./batch.ts";
import { invalidParameter, missingParameter, SqsError } from "./errors.ts";
import {
  type MessageAttributes,
  md5,
  md5OfAttributes,
  messageSize,
  readAttributes,
  requireValidBody,
} from "./message.ts";
import type { NewMessage, Queue } from "./queue.ts";
import { maximumMessageSize } from "./queue-config.ts";

interface Sending {
  readonly queue: Queue;
  readonly senderId: string;
}

export function sendMessage(payload: Payload, { queue, senderId }: Sending): Payload {
  return accept(queue, readMessage(payload, queue, senderId));
}

export function sendMessageBatch(payload: Payload, { queue, senderId }: Sending): Payload {
  const total = batchEntries(payload).reduce<number>(
    (sum, entry) =>
      sum + messageSize(textOf(entry.MessageBody) ?? "", readAttributes(entry.MessageAttributes)),
    0,
  );
  // The limit of the whole is that of one message, whatever the queue's own.
  if (total > maximumMessageSize) {
    throw new SqsError(
      "BatchRequestTooLong",
      `Batch requests cannot be longer than ${maximumMessageSize} bytes. You have sent ${total} bytes.`,
      "AWS.SimpleQueueService.BatchRequestTooLong",
    );
  }
  return inBatch(payload, (entry) => accept(queue, readMessage(entry, queue, senderId)));
}

function accept(queue: Queue, message: NewMessage): Payload {
  const { messageId, sequenceNumber } = queue.send(message);
  return {
    MessageId: messageId,
    MD5OfMessageBody: md5(message.body),
    MD5OfMessageAttributes: md5OfAttributes(message.attributes),
    SequenceNumber: sequenceNumber,
  };
}

function readMessage(payload: Payload, { config }: Queue, senderId: string): NewMessage {
  const body = required(payload, "MessageBody");
  requireValidBody(body);
  const attributes = readAttributes(payload.MessageAttributes);
  if (messageSize(body, attributes) > config.maximumMessageSize) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${config.maximumMessageSize} bytes.`,
    );
  }
  const groupId = textOf(payload.MessageGroupId);
  const deduplicationId = textOf(payload.MessageDeduplicationId);
  const delay = numberOf(payload.DelaySeconds);
  if (config.fifo) {
    if (groupId === undefined) throw missingParameter("MessageGroupId");
    // 0 is taken, but a FIFO queue delays by its own setting alone.
    if (delay !== undefined && delay !== 0) {
      throw invalidParameter(
        `Value ${delay} for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for this queue type.`,
      );
    }
  } else if (deduplicationId !== undefined) {
    throw invalidParameter(
      `Value ${deduplicationId} for parameter MessageDeduplicationId is invalid. Reason: The request includes a parameter that is not valid for this queue type.`,
    );
  }
  if (delay !== undefined && (delay < 0 || delay > 900)) {
    throw invalidParameter(
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  }
  return {
    body,
    attributes,
    senderId,
    groupId,
    deduplicationId,
    traceHeader: traceHeaderOf(payload.MessageSystemAttributes),
    delayMs: delay === undefined || config.fifo ? undefined : delay * 1000,
  };
}

function traceHeaderOf(value: unknown): string | undefined {
  const attributes: MessageAttributes = readAttributes(value);
  return attributes.AWSTraceHeader?.StringValue;
}
