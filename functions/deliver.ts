import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { deliverGroup, type FailedPage } from "./actions/deliver-pages.ts";
import { parsePage } from "./data/parse-delivery-page.ts";
import { environment } from "./kernel/environment.ts";
import { errorFacts, log } from "./kernel/log.ts";

/** Has failed pages come again soon, and not when the queue's visibility timeout of minutes ends. */
const postpone = async (records: readonly SQSRecord[], failures: readonly FailedPage[]): Promise<void> => {
  if (failures.length === 0) return;
  const handles = new Map(records.map((record) => [record.messageId, record.receiptHandle]));
  try {
    const queues = await import("./data/queues.ts");
    await queues.postpone(
      environment.deliveryQueueUrl,
      failures.map(({ id, delay }) => ({ receiptHandle: handles.get(id) ?? "", delay })),
    );
  } catch (error) {
    log("warn", "pages_not_postponed", errorFacts(error));
  }
};

/**
 * Delivers pages of the queue: groups side by side, each group's in order. Those that failed are named, and come again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const handler = async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const groups = [...Map.groupBy(Records, (record) => record.attributes.MessageGroupId).values()];
  const failures = await Promise.all(
    groups.map((records) =>
      deliverGroup(
        records.map(({ messageId, body, attributes }) => ({
          id: messageId,
          page: parsePage(body),
          attempt: Number(attributes.ApproximateReceiveCount),
        })),
        () => context.getRemainingTimeInMillis(),
      ),
    ),
  );
  await postpone(Records, failures.flat());
  return { batchItemFailures: failures.flat().map(({ id }) => ({ itemIdentifier: id })) };
};
