/** Dead letters: looked at, and put back. */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { eventOf } from "../../functions/background/stream-events.ts";
import { describe } from "./describe.ts";
import { ChangesLost, type Failure, failureOf, readChanges, taskOfChange } from "./failure.ts";
import type { Queues, RetriedQueue } from "./queues.ts";

/** Seconds for which a dead letter is hidden from others while it is looked at or put back. */
const hiddenSeconds = 120;

export async function countDeadLetters({ sqs }: Queues, queue: RetriedQueue): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: queue.deadLettersUrl,
      AttributeNames: ["ApproximateNumberOfMessages"],
    }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}

async function receive({ sqs }: Queues, queue: RetriedQueue): Promise<Message[]> {
  return (
    (
      await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queue.deadLettersUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: hiddenSeconds,
          // Asks all of SQS's servers, not only some of them.
          // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ["All"],
          MessageAttributeNames: ["All"],
        }),
      )
    ).Messages ?? []
  );
}

async function release({ sqs }: Queues, queue: RetriedQueue, { ReceiptHandle }: Message): Promise<void> {
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queue.deadLettersUrl,
      ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
}

/** One line for each dead letter, at most `limit`; of a group of a FIFO queue SQS shows the first ten alone. */
export async function listDeadLetters(place: Queues, queue: RetriedQueue, limit: number): Promise<string[]> {
  const seen = new Map<string, Message>();
  for (;;) {
    const messages = (await receive(place, queue)).filter(({ MessageId = "" }) => !seen.has(MessageId));
    if (messages.length === 0) break;
    for (const message of messages) seen.set(message.MessageId ?? "", message);
    if (seen.size >= limit) break;
  }
  // Last to first: a FIFO queue must not give a later one out before an earlier one is back.
  for (const message of [...seen.values()].reverse()) await release(place, queue, message);
  return [...seen.values()].slice(0, limit).map(describe);
}

/** Reads the changes of one of Lambda's failure records again, and queues a task for each. Throws ChangesLost. */
async function replay({ sqs, streams }: Queues, queue: RetriedQueue, failure: Failure): Promise<void> {
  const changes = await readChanges(streams, failure);
  for (const change of changes.filter(({ dynamodb }) => eventOf(dynamodb) !== undefined))
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queue.url,
        MessageBody: taskOfChange(change, `${failure.condition} after ${failure.invocations} invocations`),
      }),
    );
}

function parsed(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? "");
  } catch {
    return undefined;
  }
}

/** Puts one message back as it was, a page at the end of its group. */
async function putBack({ sqs }: Queues, queue: RetriedQueue, message: Message): Promise<void> {
  const groupId = message.Attributes?.MessageGroupId;
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: message.Body,
      MessageAttributes: message.MessageAttributes,
      // An id of its own, or a page that was sent less than five minutes ago would be taken for a duplicate; and the same
      // if this is cut off before the dead letter is deleted, and run again.
      ...(groupId !== undefined && {
        MessageGroupId: groupId,
        MessageDeduplicationId: `redrive-${message.MessageId}`,
      }),
    }),
  );
}

interface Redriven {
  readonly done: number;
  /** What to tell of those that cannot be put back, and stay. */
  readonly lost: readonly string[];
}

/**
 * Puts dead letters back, at most as many as there were at the start: what fails again in the meantime is for the next
 * run. One is deleted only once it was sent, so that nothing is lost; what is sent twice does no harm.
 */
export async function redrive(
  place: Queues,
  queue: RetriedQueue,
  count: number,
  progress: (done: number) => void,
): Promise<Redriven> {
  const seen = new Set<string>();
  const lost: string[] = [];
  let done = 0;
  while (seen.size < count) {
    const messages = (await receive(place, queue)).filter(({ MessageId = "" }) => !seen.has(MessageId));
    if (messages.length === 0) break;
    for (const message of messages) {
      seen.add(message.MessageId ?? "");
      const failure = failureOf(parsed(message.Body));
      try {
        if (failure) await replay(place, queue, failure);
        else await putBack(place, queue, message);
      } catch (error) {
        if (!(error instanceof ChangesLost)) throw error;
        lost.push(describe(message));
        continue;
      }
      await place.sqs.send(
        new DeleteMessageCommand({ QueueUrl: queue.deadLettersUrl, ReceiptHandle: message.ReceiptHandle }),
      );
      done += 1;
    }
    progress(done);
  }
  return { done, lost };
}
