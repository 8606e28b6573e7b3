import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { EventSourceMapping, FilterCriteria, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { Validations } from "aws-cdk-lib/core";
import { streamFilters } from "../../functions/background/stream-events.ts";
import type { FunctionNeeds, QueueName } from "../functions.ts";
import type { ParleyFunction } from "./parley-function.ts";
import type { RetriedQueue } from "./retried-queue.ts";

export interface EventSourceProps {
  readonly table: Table;
  readonly queues: Readonly<Record<QueueName, RetriedQueue>>;
}

/** Adds the event source of a function's needs: the stream or a queue. */
export function addEventSource(
  added: ParleyFunction,
  takesFrom: FunctionNeeds["takesFrom"],
  { table, queues }: EventSourceProps,
): void {
  if (takesFrom === "stream") addStream(added, table, queues.tasks);
  else if (takesFrom !== undefined) addQueue(added, queues[takesFrom]);
}

/**
 * Adds a queue in batches of up to ten, the most that a FIFO queue gives. The function names failed
 * messages, and only those are tried again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
function addQueue(added: ParleyFunction, { queue }: RetriedQueue): void {
  added.grant(
    new PolicyStatement({
      // Lambda's poller needs the first three. The last lets a function retry sooner than after the
      // queue's visibility timeout.
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      actions: ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"].map(
        (action) => `sqs:${action}`,
      ),
      resources: [queue.queueArn],
    }),
  );
  new EventSourceMapping(added, "Messages", {
    target: added.function,
    eventSourceArn: queue.queueArn,
    batchSize: 10,
    reportBatchItemFailures: true,
  });
}

/**
 * Adds the stream. It gives changes in the order of each item's writes, for the day that a stream
 * keeps them.
 */
function addStream(added: ParleyFunction, table: Table, failures: RetriedQueue): void {
  added.grant(
    new PolicyStatement({
      actions: ["DescribeStream", "GetRecords", "GetShardIterator"].map((action) => `dynamodb:${action}`),
      resources: [table.tableStreamArn ?? ""],
    }),
    // The action that lists streams takes no resource.
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
    new PolicyStatement({ actions: ["dynamodb:ListStreams"], resources: ["*"] }),
    new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [failures.deadLetters.queueArn] }),
  );
  Validations.of(added).acknowledge({
    id: "AwsSolutions-IAM5[Resource::*]",
    reason: "dynamodb:ListStreams, which Lambda asks for, knows no resource.",
  });
  new EventSourceMapping(added, "Changes", {
    target: added.function,
    eventSourceArn: table.tableStreamArn ?? "",
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    retryAttempts: 5,
    // SqsDlq would grant more than the one action above.
    onFailure: { bind: () => ({ destination: failures.deadLetters.queueArn }) },
    filters: streamFilters.map(FilterCriteria.filter),
  });
}
