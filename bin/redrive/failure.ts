/**
 * Reads Lambda's failure records: what it leaves in the dead-letter queue for changes that it could
 * not give to a function. A record holds the place of the changes in the stream, not the changes.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
 */
import {
  type _Record,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";

export interface Failure {
  readonly condition: string;
  readonly invocations: number;
  readonly streamArn: string;
  readonly shardId: string;
  readonly first: string;
  readonly last: string;
  /** The number of changes in the batch. */
  readonly size: number;
  /** The times of the first and the last change. */
  readonly from: string;
  readonly to: string;
}

function field(value: unknown, name: string): unknown {
  return value instanceof Object ? Reflect.get(value, name) : undefined;
}

/** Returns the failure record in the body of a dead letter; undefined if it holds none. */
export function failureOf(body: unknown): Failure | undefined {
  const batch = field(body, "DDBStreamBatchInfo");
  if (batch === undefined) return undefined;
  const text = (name: string): string => String(field(batch, name));
  return {
    condition: String(field(field(body, "requestContext"), "condition")),
    invocations: Number(field(field(body, "requestContext"), "approximateInvokeCount")),
    streamArn: text("streamArn"),
    shardId: text("shardId"),
    first: text("startSequenceNumber"),
    last: text("endSequenceNumber"),
    size: Number(field(batch, "batchSize")),
    from: text("approximateArrivalOfFirstRecord"),
    to: text("approximateArrivalOfLastRecord"),
  };
}

/** The stream no longer holds these changes. */
export class ChangesLost extends Error {}

const lostErrors = ["TrimmedDataAccessException", "ResourceNotFoundException"];

/**
 * Reads the changes of a failure record again, with all others between them. Throws ChangesLost.
 */
export async function readChanges(client: DynamoDBStreamsClient, failure: Failure): Promise<_Record[]> {
  const changes: _Record[] = [];
  try {
    let iterator = (
      await client.send(
        new GetShardIteratorCommand({
          StreamArn: failure.streamArn,
          ShardId: failure.shardId,
          ShardIteratorType: "AT_SEQUENCE_NUMBER",
          SequenceNumber: failure.first,
        }),
      )
    ).ShardIterator;
    const isLater = ({ dynamodb }: _Record): boolean =>
      BigInt(dynamodb?.SequenceNumber ?? 0) > BigInt(failure.last);
    while (iterator !== undefined) {
      const page: GetRecordsCommandOutput = await client.send(
        new GetRecordsCommand({ ShardIterator: iterator }),
      );
      const records = page.Records ?? [];
      changes.push(...records.filter((record) => !isLater(record)));
      const last = changes.at(-1)?.dynamodb?.SequenceNumber;
      iterator = last === failure.last || records.some(isLater) ? undefined : page.NextShardIterator;
    }
  } catch (error) {
    if (error instanceof Error && lostErrors.includes(error.name)) throw new ChangesLost(error.message);
    throw error;
  }
  return changes;
}

/**
 * Returns a change as the body of a `process_change` task, in the shape of Lambda's events (see
 * functions/store/queues/tasks.ts).
 */
export function taskOfChange({ eventName, dynamodb }: _Record, error: string): string {
  return JSON.stringify({
    task: "process_change",
    record: {
      eventName,
      dynamodb: {
        SequenceNumber: dynamodb?.SequenceNumber,
        Keys: dynamodb?.Keys,
        OldImage: dynamodb?.OldImage,
        NewImage: dynamodb?.NewImage,
      },
    },
    error,
  });
}
