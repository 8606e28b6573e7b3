import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { onChanges } from "../../background/stream.ts";

/**
 * Calls the stream handlers for the table's changes that pass the filters of
 * lib/followed-changes.ts.
 */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return {
    batchItemFailures: (await onChanges(Records)).map((itemIdentifier) => ({ itemIdentifier })),
  };
}
