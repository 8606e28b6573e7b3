import { numberOf, recordOf } from "../template/read.ts";
import type { Resource } from "../template/types.ts";

/** An AWS::SQS::Queue with SQS's defaults filled in; times in milliseconds. */
export interface QueueConfig {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly contentBasedDeduplication: boolean;
  /** Whether ids of duplicates count per message group, not per queue. */
  readonly deduplicatePerGroup: boolean;
  readonly visibilityTimeoutMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  readonly waitMs: number;
  readonly maximumMessageSize: number;
  /** `deadLetterLogicalId` names a queue of the same template. */
  readonly redrive: { readonly deadLetterLogicalId: string; readonly maxReceiveCount: number } | undefined;
}

/**
 * 1 MiB since August 2025:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export const maximumMessageSize = 1_048_576;

/**
 * Defaults:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html
 */
export function readQueueConfig(
  logicalId: string,
  { Properties }: Resource,
  location: { readonly region: string; readonly accountId: string },
): QueueConfig {
  const fifo = String(Properties.FifoQueue ?? false) === "true";
  const given = Properties.QueueName;
  const name = typeof given === "string" ? given : `local-${logicalId}${fifo ? ".fifo" : ""}`;
  if (fifo !== name.endsWith(".fifo")) {
    throw new Error(
      `${logicalId}: the name of a FIFO queue must end in .fifo, and no other may. QueueName is '${name}'.`,
    );
  }
  const seconds = (property: string, fallback: number): number =>
    (numberOf(Properties[property]) ?? fallback) * 1000;
  return {
    logicalId,
    name,
    arn: `arn:aws:sqs:${location.region}:${location.accountId}:${name}`,
    fifo,
    contentBasedDeduplication: String(Properties.ContentBasedDeduplication ?? false) === "true",
    deduplicatePerGroup: Properties.DeduplicationScope === "messageGroup",
    visibilityTimeoutMs: seconds("VisibilityTimeout", 30),
    delayMs: seconds("DelaySeconds", 0),
    retentionMs: seconds("MessageRetentionPeriod", 345_600),
    waitMs: seconds("ReceiveMessageWaitTimeSeconds", 0),
    maximumMessageSize: numberOf(Properties.MaximumMessageSize) ?? maximumMessageSize,
    redrive: readRedrive(logicalId, Properties.RedrivePolicy),
  };
}

/** The template is unresolved yet, so the dead-letter queue stands there as Fn::GetAtt. */
function readRedrive(logicalId: string, policy: unknown): QueueConfig["redrive"] {
  if (policy === undefined) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = recordOf(policy);
  const attribute = recordOf(deadLetterTargetArn)["Fn::GetAtt"];
  const count = numberOf(maxReceiveCount);
  if (!Array.isArray(attribute) || count === undefined) {
    throw new Error(
      `${logicalId}: RedrivePolicy must have a maxReceiveCount, and a deadLetterTargetArn that is Fn::GetAtt of a queue in this template.`,
    );
  }
  return { deadLetterLogicalId: String(attribute[0]), maxReceiveCount: count };
}
