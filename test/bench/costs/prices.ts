/**
 * List prices of us-east-1 in US dollars, of the first tier, without free tiers, looked up on
 * 2026-11-21. Only this file holds prices: every cost in the docs is computed from it.
 */
export const prices = {
  /**
   * A million requests of up to 512 KB to an HTTP API. https://aws.amazon.com/api-gateway/pricing/
   */
  millionHttpRequests: 1,
  /** A million messages of up to 32 KB over a WebSocket API, in either direction. The same page. */
  millionSocketMessages: 1,
  /** A million minutes of a connection. The same page. */
  millionConnectionMinutes: 0.25,
  /** A million invocations. https://aws.amazon.com/lambda/pricing/ */
  millionInvocations: 0.2,
  /** A GB-second on arm64. The same page. */
  gigabyteSecond: 0.0000133334,
  /** A million units of an on-demand table. https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  millionWriteUnits: 0.625,
  millionReadUnits: 0.125,
  /** A GB in the table for a month; below, a GB of its point-in-time recovery. The same page. */
  tableGigabyteMonth: 0.25,
  recoveryGigabyteMonth: 0.2,
  /**
   * A million requests to a FIFO queue, for each 64 KB. A standard queue costs 0.40, and is counted
   * at this price here.
   * https://aws.amazon.com/sqs/pricing/
   */
  millionQueueRequests: 0.5,
  /** A GB taken in by CloudWatch Logs. https://aws.amazon.com/cloudwatch/pricing/ */
  logGigabyte: 0.5,
  /**
   * A GB out to the internet, after the first 100 a month.
   * https://aws.amazon.com/ec2/pricing/on-demand/
   */
  outGigabyte: 0.09,
  // Reading the table's stream costs nothing if Lambda does it:
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CostOptimization_StreamsUsage.html
} as const;
