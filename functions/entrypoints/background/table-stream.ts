import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { followChanges } from "../../background/stream.ts";

/** Follows the changes of the table, as far as the filters of lib/followed-changes.ts let them pass. */
export const handler = async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => ({
  batchItemFailures: (await followChanges(Records)).map((itemIdentifier) => ({ itemIdentifier })),
});
