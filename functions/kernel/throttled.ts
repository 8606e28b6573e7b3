// The SDK has retried before it throws one of these; whoever called may do so later.
const names = new Set([
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  // What S3 says instead. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  "SlowDown",
  "ThrottlingException",
  "TransactionCanceledException",
  "TransactionInProgressException",
]);

/** Whether an error says that a service is too busy for the moment. */
export const isThrottled = (error: unknown): boolean => error instanceof Error && names.has(error.name);
