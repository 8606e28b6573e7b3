import { randomUUID } from "node:crypto";
import type { StreamMapping } from "./mapping.ts";
import type { StreamRecord } from "./stream-record.ts";

export interface Discarded {
  readonly records: readonly StreamRecord[];
  readonly condition: "RetryAttemptsExhausted" | "RecordAgeExceeded";
  /** How often the function was invoked with them; 0 if they were too old before the first time. */
  readonly invocations: number;
  /** Whether the last invocation threw, and did not merely report failures. */
  readonly functionError: boolean;
  readonly shardId: string;
}

/**
 * Returns the record that Lambda sends to the on-failure destination. It gives the place of the
 * failed records in the stream, and not the records themselves.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
export function failureRecord(mapping: StreamMapping, discarded: Discarded, now: number): unknown {
  const { records, condition, invocations, functionError, shardId } = discarded;
  const [first, last] = [records.at(0), records.at(-1)];
  const arrival = (record: StreamRecord | undefined): string =>
    new Date((record?.dynamodb.ApproximateCreationDateTime ?? 0) * 1000).toISOString().replace(".000Z", "Z");
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn: mapping.functionArn,
      condition,
      approximateInvokeCount: invocations,
    },
    ...(invocations > 0 && {
      responseContext: {
        statusCode: 200,
        executedVersion: "$LATEST",
        functionError: functionError ? "Unhandled" : null,
      },
    }),
    version: "1.0",
    timestamp: new Date(now).toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first?.dynamodb.SequenceNumber,
      endSequenceNumber: last?.dynamodb.SequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn: mapping.sourceArn,
    },
  };
}
