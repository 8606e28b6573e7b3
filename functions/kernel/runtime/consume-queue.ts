import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { errorFacts, log } from "./log.ts";
import { backoffAfter } from "./retry.ts";

/** What is done with the messages of a queue. */
interface Consumer {
  /** What the log calls one of them: `task` has it say `task_failed`. */
  readonly name: string;
  /** Does what a message says. Throws to have it tried again. */
  readonly perform: (body: string, context: Context) => Promise<void>;
  /** Seconds until one that failed is tried again; those of its attempt, unless this says otherwise. */
  readonly pauseOf?: (error: unknown, attempt: number) => number;
  /** Has a message come again after so many seconds, rather than after the queue's visibility timeout. */
  readonly postpone: (receiptHandle: string, delay: number) => Promise<void>;
}

/** Deals with one message; false if that failed, and it is then tried again after a pause. */
async function consume(
  { name, perform, pauseOf = (_, attempt) => backoffAfter(attempt), postpone }: Consumer,
  { body, messageId, receiptHandle, attributes }: SQSRecord,
  context: Context,
): Promise<boolean> {
  try {
    await perform(body, context);
    return true;
  } catch (error) {
    const attempt = Number(attributes.ApproximateReceiveCount);
    log("error", `${name}_failed`, { message_id: messageId, attempt, ...errorFacts(error) });
    await postpone(receiptHandle, pauseOf(error, attempt)).catch((second: unknown) => {
      // Then it is tried again when the queue's visibility timeout ends.
      log("warn", `${name}_not_postponed`, errorFacts(second));
    });
    return false;
  }
}

/**
 * The handler of a queue whose messages are dealt with side by side, each for itself. Those that failed are named, and come
 * again. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function consumeQueue(consumer: Consumer) {
  return async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const done = await Promise.all(Records.map((record) => consume(consumer, record, context)));
    return {
      batchItemFailures: Records.filter((_, at) => !done[at]).map(({ messageId }) => ({
        itemIdentifier: messageId,
      })),
    };
  };
}
