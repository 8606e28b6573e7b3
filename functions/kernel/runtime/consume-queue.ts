import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { errorFacts, log } from "./log.ts";
import { backoffAfter } from "./retry.ts";

/** How the messages of a queue are processed. */
interface Consumer {
  /** The name of a message in log events: `task` makes it `task_failed`. */
  readonly name: string;
  /** Processes a message. Throws if it must be tried again. */
  readonly perform: (body: string, context: Context) => Promise<void>;
  /** Seconds until a failed message is tried again; by default those of its attempt. */
  readonly pauseOf?: (error: unknown, attempt: number) => number;
  /**
   * Makes a message come again after this many seconds instead of the queue's visibility timeout.
   */
  readonly postpone: (receiptHandle: string, delay: number) => Promise<void>;
}

/**
 * Processes one message. Returns false if that failed; then the message is tried again after a
 * pause.
 */
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
      // The message is then tried again when the queue's visibility timeout ends.
      log("warn", `${name}_not_postponed`, errorFacts(second));
    });
    return false;
  }
}

/**
 * Returns the handler of a queue. It processes messages side by side, each by itself. It names the
 * failed ones in its answer, and they come again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
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
