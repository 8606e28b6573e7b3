import { isRecord } from "../proxy/types.ts";

export type BatchResult =
  | { readonly kind: "success" }
  | { readonly kind: "failure"; readonly reason: string }
  | { readonly kind: "partial"; readonly failed: ReadonlySet<string> };

/**
 * Reads the answer of a function that reports batch item failures. Nothing, an empty object and an
 * empty list are success. An identifier that is empty, missing or unknown fails the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function readBatchResponse(response: unknown, identifiers: readonly string[]): BatchResult {
  if (response === null || response === undefined) return { kind: "success" };
  if (!isRecord(response)) return { kind: "failure", reason: "its response is no object" };
  const failures = response.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return { kind: "failure", reason: "batchItemFailures is no list" };
  if (failures.length === 0) return { kind: "success" };
  const failed = new Set<string>();
  for (const failure of failures) {
    const identifier = isRecord(failure) ? failure.itemIdentifier : undefined;
    if (typeof identifier !== "string" || !identifiers.includes(identifier)) {
      return {
        kind: "failure",
        reason: `batchItemFailures names ${JSON.stringify(identifier)}, which is not in the batch`,
      };
    }
    failed.add(identifier);
  }
  return { kind: "partial", failed };
}
