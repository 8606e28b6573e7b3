import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { onChanges } from "../../background/stream.ts";

/** Follows the changes of the table, as far as the filters of lib/followed-changes.ts let them pass. */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return {
    batchItemFailures: (await onChanges(Records)).map((itemIdentifier) => ({ itemIdentifier })),
  };
}
