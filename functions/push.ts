import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { PushDeferredError, pushNotification } from "./actions/push-notification.ts";
import { parsePush, postponePush } from "./data/pushes.ts";
import { errorFacts, log } from "./kernel/log.ts";
import { pauseAfter } from "./kernel/pause.ts";

/** Seconds that a push service may have us wait: what it wants beyond, it can say again then. */
const longestPause = 900;

/** Seconds until a push that failed is tried again: those of its attempt at least, so that none is used up at once. */
const pauseOf = (error: unknown, attempt: number): number => {
  const asked = error instanceof PushDeferredError ? (error.retryAfter ?? 0) : 0;
  return Math.max(Math.min(asked, longestPause), pauseAfter(attempt));
};

/** Sends one push; false if it failed, and is then tried again after a pause. */
const perform = async ({ body, messageId, receiptHandle, attributes }: SQSRecord): Promise<boolean> => {
  try {
    await pushNotification(parsePush(body));
    return true;
  } catch (error) {
    const attempt = Number(attributes.ApproximateReceiveCount);
    log("error", "push_failed", { message_id: messageId, attempt, ...errorFacts(error) });
    await postponePush(receiptHandle, pauseOf(error, attempt)).catch((second: unknown) => {
      // Then it is tried again when the queue's visibility timeout ends.
      log("warn", "push_not_postponed", errorFacts(second));
    });
    return false;
  }
};

/** Sends pushes side by side, each for itself. */
export const handler = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
  const done = await Promise.all(Records.map(perform));
  return {
    batchItemFailures: Records.filter((_, at) => !done[at]).map(({ messageId }) => ({
      itemIdentifier: messageId,
    })),
  };
};
