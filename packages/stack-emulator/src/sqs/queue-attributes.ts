import type { Queue } from "./queue.ts";

/**
 * GetQueueAttributes' answer to `All`:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
 */
export function queueAttributes(
  queue: Queue,
  queueByLogicalId: (logicalId: string) => Queue | undefined,
): Record<string, string> {
  const { config } = queue;
  const counts = queue.counts();
  const seconds = (ms: number): string => String(ms / 1000);
  const target = config.redrive && queueByLogicalId(config.redrive.deadLetterLogicalId);
  return {
    QueueArn: config.arn,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    VisibilityTimeout: seconds(config.visibilityTimeoutMs),
    DelaySeconds: seconds(config.delayMs),
    MessageRetentionPeriod: seconds(config.retentionMs),
    ReceiveMessageWaitTimeSeconds: seconds(config.waitMs),
    MaximumMessageSize: String(config.maximumMessageSize),
    SqsManagedSseEnabled: "true",
    ...(config.fifo && {
      FifoQueue: "true",
      ContentBasedDeduplication: String(config.contentBasedDeduplication),
      DeduplicationScope: config.deduplicatePerGroup ? "messageGroup" : "queue",
    }),
    ...(config.redrive &&
      target && {
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: target.config.arn,
          maxReceiveCount: config.redrive.maxReceiveCount,
        }),
      }),
  };
}
