// The SDK has retried before it throws one of these errors; the caller may retry later.
const names = new Set([
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  // The name that S3 uses instead.
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  "SlowDown",
  "ThrottlingException",
  "TransactionInProgressException",
]);

/**
 * Reasons for which a part of a transaction is refused for the moment only. `None` means that
 * another part was refused.
 */
const busyReasons = new Set([
  "None",
  "ProvisionedThroughputExceeded",
  "ThrottlingError",
  "TransactionConflict",
]);

/**
 * Returns the reason of each part of a cancelled transaction; undefined for any other error.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#API_TransactWriteItems_Errors
 */
export function cancellationCodes(error: unknown): string[] | undefined {
  return error instanceof Error &&
    error.name === "TransactionCanceledException" &&
    "CancellationReasons" in error
    ? // Safe: this is the shape of the exception.
      // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html
      (error.CancellationReasons as { Code?: string }[]).map((reason) => reason.Code ?? "None")
    : undefined;
}

/** Returns whether an error says that a service is too busy for the moment. */
export function isThrottled(error: unknown): boolean {
  const codes = cancellationCodes(error);
  if (codes) return codes.some((code) => code !== "None") && codes.every((code) => busyReasons.has(code));
  return error instanceof Error && names.has(error.name);
}
