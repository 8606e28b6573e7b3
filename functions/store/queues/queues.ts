/**
 * The calls of SQS. Modules that may need a queue import this one only then, so that no function
 * starts with a client that it hardly ever uses. The SDK finds SQS by the region.
 */
import {
  ChangeMessageVisibilityBatchCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { backoff } from "../../kernel/runtime/retry.ts";

const client = new SQSClient({ maxAttempts: 4 });

const attempts = 4;

/**
 * Sends up to ten messages, in their order within each group. Returns the ids of messages that the
 * queue refused several times.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
export async function sendBatch(
  queueUrl: string,
  entries: readonly SendMessageBatchRequestEntry[],
): Promise<string[]> {
  let waiting = [...entries];
  for (let attempt = 0; attempt < attempts && waiting.length > 0; attempt += 1) {
    if (attempt > 0) await backoff(attempt);
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: waiting }),
    );
    const failed = new Set(Failed.map((failure) => failure.Id));
    waiting = waiting.filter((entry) => failed.has(entry.Id));
  }
  return waiting.map((entry) => entry.Id ?? "");
}

/** Sends a message and returns its id. */
export async function send(
  queueUrl: string,
  message: Omit<SendMessageCommandInput, "QueueUrl">,
): Promise<string> {
  return (await client.send(new SendMessageCommand({ QueueUrl: queueUrl, ...message }))).MessageId ?? "";
}

export interface Postponed {
  readonly receiptHandle: string;
  /** Seconds from now. */
  readonly delay: number;
}

/**
 * Makes SQS deliver up to ten received messages again after a delay, instead of after the queue's
 * visibility timeout.
 */
export async function postpone(queueUrl: string, messages: readonly Postponed[]): Promise<void> {
  await client.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl: queueUrl,
      Entries: messages.map(({ receiptHandle, delay }, at) => ({
        Id: String(at),
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: delay,
      })),
    }),
  );
}
