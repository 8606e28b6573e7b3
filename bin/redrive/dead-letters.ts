/** Lists dead letters and puts them back. */
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

/**
 * Seconds for which a dead letter is hidden from other receivers while it is listed or put back.
 */
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
          // Asks all servers of SQS instead of some.
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

/**
 * Returns one line for each dead letter, up to `limit`. For a group of a FIFO queue, SQS returns
 * only the first ten.
 */
export async function listDeadLetters(place: Queues, queue: RetriedQueue, limit: number): Promise<string[]> {
  const seen = new Map<string, Message>();
  for (;;) {
    const messages = (await receive(place, queue)).filter(({ MessageId = "" }) => !seen.has(MessageId));
    if (messages.length === 0) break;
    for (const message of messages) seen.set(message.MessageId ?? "", message);
    if (seen.size >= limit) break;
  }
  // Releases the last one first: a FIFO queue must not return a later message before an earlier one
  // is released.
  for (const message of [...seen.values()].reverse()) await release(place, queue, message);
  return [...seen.values()].slice(0, limit).map(describe);
}

/**
 * Reads the changes of one of Lambda's failure records again, and sends each as a task. Throws
 * ChangesLost.
 */
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

/** Puts one message back as it was; a page goes to the end of its group. */
async function putBack({ sqs }: Queues, queue: RetriedQueue, message: Message): Promise<void> {
  const groupId = message.Attributes?.MessageGroupId;
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.url,
      MessageBody: message.Body,
      MessageAttributes: message.MessageAttributes,
      // A new id: SQS would drop a page as a duplicate of one sent less than five minutes ago. The
      // id stays the same if the command is interrupted before it deletes the dead letter, and is
      // run again.
      ...(groupId !== undefined && {
        MessageGroupId: groupId,
        MessageDeduplicationId: `redrive-${message.MessageId}`,
      }),
    }),
  );
}

interface Redriven {
  readonly done: number;
  /** One line for each dead letter that cannot be put back and stays. */
  readonly lost: readonly string[];
}

/**
 * Puts dead letters back, up to the number that there was at the start: messages that fail again
 * meanwhile are left to the next run. A dead letter is deleted only after it was sent, so nothing
 * is lost. Sending one twice does no harm.
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
