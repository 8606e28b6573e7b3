import { isRecord, type Payload } from "../proxy/types.ts";
import { textOf } from "../template/read.ts";
import { missingParameter, SqsError } from "./errors.ts";

/** The entries of a batch request, at most ten, with distinct ids. */
export function batchEntries(payload: Payload): readonly Payload[] {
  const entries = Array.isArray(payload.Entries) ? payload.Entries.filter(isRecord) : [];
  if (entries.length === 0) {
    throw new SqsError(
      "EmptyBatchRequest",
      "There should be at least one entry in the request.",
      "AWS.SimpleQueueService.EmptyBatchRequest",
    );
  }
  if (entries.length > 10) {
    throw new SqsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
      "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
    );
  }
  const ids = entries.map((entry) => required(entry, "Id"));
  if (ids.some((id) => !/^[\w-]{1,80}$/.test(id))) {
    throw new SqsError(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
      "AWS.SimpleQueueService.InvalidBatchEntryId",
    );
  }
  if (new Set(ids).size < ids.length) {
    throw new SqsError(
      "BatchEntryIdsNotDistinct",
      "Two or more batch entries in the request have the same Id.",
      "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
    );
  }
  return entries;
}

/** Each entry succeeds or fails by itself; the answer is 200 either way. */
export function inBatch(payload: Payload, run: (entry: Payload) => Payload): Payload {
  const successful: Payload[] = [];
  const failed: Payload[] = [];
  for (const entry of batchEntries(payload)) {
    try {
      successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful: successful, Failed: failed };
}

export function required(payload: Payload, name: string): string {
  return textOf(payload[name]) ?? missing(name);
}

export function missing(name: string): never {
  throw missingParameter(name);
}
