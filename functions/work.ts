import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { runTask } from "./actions/run-task.ts";
import { parseTask, postponeTask } from "./data/tasks.ts";
import { errorFacts, log } from "./kernel/log.ts";

/** Left for what a task has to do after it was told that its time is over. */
const reserveMs = 20_000;

/** Seconds after the first failure, the second, and so on; after the last, the queue gives the task up at once. */
const pauses = [5, 20, 80, 320];

/** Does one task; false if it failed, and is then tried again after a pause. */
const perform = async (
  { body, messageId, receiptHandle, attributes }: SQSRecord,
  hasTime: () => boolean,
): Promise<boolean> => {
  try {
    await runTask(parseTask(body), hasTime);
    return true;
  } catch (error) {
    const attempt = Number(attributes.ApproximateReceiveCount);
    log("error", "task_failed", { message_id: messageId, attempt, ...errorFacts(error) });
    await postponeTask(receiptHandle, pauses[attempt - 1] ?? 0).catch((second: unknown) => {
      // Then it is tried again when the queue's visibility timeout ends.
      log("warn", "task_not_postponed", errorFacts(second));
    });
    return false;
  }
};

/** Does tasks side by side, each for itself. */
export const handler = async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const hasTime = (): boolean => context.getRemainingTimeInMillis() > reserveMs;
  const done = await Promise.all(Records.map((record) => perform(record, hasTime)));
  return {
    batchItemFailures: Records.filter((_, at) => !done[at]).map(({ messageId }) => ({
      itemIdentifier: messageId,
    })),
  };
};
