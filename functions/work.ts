import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { runTask } from "./actions/run-task.ts";
import { parseTask, postponeTask } from "./data/tasks.ts";
import { errorFacts, log } from "./kernel/log.ts";
import { pauseAfter } from "./kernel/pause.ts";

/** Left for what a task has to do after it was told that its time is over. */
const reserveMs = 20_000;

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
    await postponeTask(receiptHandle, pauseAfter(attempt)).catch((second: unknown) => {
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
