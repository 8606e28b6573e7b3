/**
 * The queues whose dead letters are put back, and the client that reads changes that Lambda gave
 * up.
 */
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { QueueName } from "../../lib/functions.ts";
import type { Place } from "../place.ts";

export interface RetriedQueue {
  readonly url: string;
  readonly deadLettersUrl: string;
}

export interface Queues {
  readonly sqs: SQSClient;
  readonly streams: DynamoDBStreamsClient;
  readonly queues: Readonly<Record<QueueName, RetriedQueue>>;
}

export function queuesAt({ client, output }: Place): Queues {
  return {
    sqs: new SQSClient(client),
    streams: new DynamoDBStreamsClient(client),
    queues: {
      delivery: { url: output("DeliveryQueueUrl"), deadLettersUrl: output("DeliveryDeadLettersUrl") },
      tasks: { url: output("TasksQueueUrl"), deadLettersUrl: output("TasksDeadLettersUrl") },
      push: { url: output("PushQueueUrl"), deadLettersUrl: output("PushDeadLettersUrl") },
    },
  };
}
