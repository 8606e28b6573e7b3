import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { StagePolicy } from "../stage.ts";

export interface RetriedQueueProps {
  readonly policy: StagePolicy;
  /** Whether the queue is first in, first out within a group of messages. */
  readonly fifo: boolean;
  /** The timeout of the function that takes messages from the queue. */
  readonly consumerTimeoutSeconds: number;
  /** How often a message is received before it moves to the dead-letter queue. */
  readonly attempts: number;
}

/**
 * A queue with a dead-letter queue, where messages that failed too often wait for `npm run
 * redrive`.
 */
export class RetriedQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, props: RetriedQueueProps) {
    super(scope, id);
    const common = {
      // A queue that is not FIFO must leave the property out: CloudFormation refuses `false`. The
      // throughput limits of a FIFO queue are set per group. Otherwise they would apply to the
      // whole queue, which all rooms share.
      // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
      ...(props.fifo
        ? {
            fifo: true,
            deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
            fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
          }
        : {}),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: props.policy.removalPolicy,
    };
    // The longest time that SQS keeps a message: an operator has two weeks to look.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
    this.deadLetters = new Queue(this, "DeadLetters", { ...common, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, "Queue", {
      ...common,
      // Six times the function's timeout, as Lambda advises. No other receiver may see a batch that
      // is still in work, or that Lambda could not start at once.
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      visibilityTimeout: Duration.seconds(6 * props.consumerTimeoutSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: props.attempts },
    });
  }
}
