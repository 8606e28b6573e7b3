import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { handleChanges } from "../../background/stream.ts";

/**
 * Handles the changes of the table that pass the filters of functions/background/stream-events.ts.
 */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return {
    batchItemFailures: (await handleChanges(Records)).map((itemIdentifier) => ({ itemIdentifier })),
  };
}
