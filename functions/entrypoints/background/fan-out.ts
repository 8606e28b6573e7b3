import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { deliverGroup, type FailedPage } from "../../fan-out/pages.ts";
import { environment } from "../../kernel/runtime/environment.ts";
import { errorFacts, log } from "../../kernel/runtime/log.ts";
import { parsePage } from "../../store/queues/parse-delivery-page.ts";

/**
 * Lets failed pages come again soon, instead of after the queue's visibility timeout of minutes.
 */
async function postpone(records: readonly SQSRecord[], failures: readonly FailedPage[]): Promise<void> {
  if (failures.length === 0) return;
  const handles = new Map(records.map((record) => [record.messageId, record.receiptHandle]));
  try {
    const queues = await import("../../store/queues/queues.ts");
    await queues.postpone(
      environment.deliveryQueueUrl,
      failures.map(({ id, delay }) => ({ receiptHandle: handles.get(id) ?? "", delay })),
    );
  } catch (error) {
    log("warn", "pages_not_postponed", errorFacts(error));
  }
}

/**
 * Keeps a page that is given up for the operator. Returns whether that succeeded; if not, the page
 * comes again.
 */
async function giveUp({ messageId, body, attributes }: SQSRecord): Promise<boolean> {
  try {
    const queues = await import("../../store/queues/queues.ts");
    const deadLetterId = await queues.send(environment.deliveryDeadLettersUrl, {
      MessageBody: body,
      MessageGroupId: attributes.MessageGroupId,
      MessageDeduplicationId: messageId,
    });
    log("error", "page_given_up", { message_id: messageId, dead_letter_id: deadLetterId });
    return true;
  } catch (error) {
    log("error", "page_not_given_up", { message_id: messageId, ...errorFacts(error) });
    return false;
  }
}

/** Returns the pages that come again: all failed pages except those now kept for the operator. */
async function dropGivenUp(
  records: readonly SQSRecord[],
  failures: readonly FailedPage[],
): Promise<FailedPage[]> {
  const givenUp = failures.filter(({ isGivenUp }) => isGivenUp).map(({ id }) => id);
  const kept = new Set<string>();
  await Promise.all(
    records
      .filter(({ messageId }) => givenUp.includes(messageId))
      .map(async (record) => {
        if (await giveUp(record)) kept.add(record.messageId);
      }),
  );
  return failures.filter(({ id }) => !kept.has(id));
}

/**
 * Delivers pages of the queue: the groups concurrently, the pages of each group in order. Returns
 * the failed pages, which come again, except pages that have failed too often.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function handler({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const groups = [...Map.groupBy(Records, (record) => record.attributes.MessageGroupId).values()];
  const failed = await Promise.all(
    groups.map((records) =>
      deliverGroup(
        records.map(({ messageId, body, attributes }) => ({
          id: messageId,
          page: parsePage(body),
          received: Number(attributes.ApproximateReceiveCount),
        })),
        () => context.getRemainingTimeInMillis(),
      ),
    ),
  );
  const failures = await dropGivenUp(Records, failed.flat());
  await postpone(Records, failures);
  return { batchItemFailures: failures.map(({ id }) => ({ itemIdentifier: id })) };
}
