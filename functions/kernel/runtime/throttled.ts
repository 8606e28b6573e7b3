// The SDK has retried before it throws one of these; whoever called may do so later.
const names = new Set([
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  // What S3 says instead. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  "SlowDown",
  "ThrottlingException",
  "TransactionInProgressException",
]);

/** Why a part of a transaction may be refused that another time is not; `None` where another part was. */
const busyReasons = new Set([
  "None",
  "ProvisionedThroughputExceeded",
  "ThrottlingError",
  "TransactionConflict",
]);

/**
 * The reasons of each part of a transaction, where an error tells of one that was cancelled.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html#API_TransactWriteItems_Errors
 */
export function cancellationCodes(error: unknown): string[] | undefined {
  return error instanceof Error &&
    error.name === "TransactionCanceledException" &&
    "CancellationReasons" in error
    ? // Safe: the shape of this exception, https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html
      (error.CancellationReasons as { Code?: string }[]).map((reason) => reason.Code ?? "None")
    : undefined;
}

/** Whether an error says that a service is too busy for the moment. */
export function isThrottled(error: unknown): boolean {
  const codes = cancellationCodes(error);
  if (codes) return codes.some((code) => code !== "None") && codes.every((code) => busyReasons.has(code));
  return error instanceof Error && names.has(error.name);
}
