import { withEmptyMapsInRecords } from "../dynamodb/empty-maps.ts";
import { localSignature } from "../dynamodb/tables.ts";
import { createForward } from "../proxy/forward.ts";
import { isRecord, type Payload, parsePayload } from "../proxy/types.ts";

export interface Shard {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly closed: boolean;
}

/** The place to begin in a shard. */
export type Position = "TRIM_HORIZON" | { readonly after: string };

export interface Page {
  readonly records: readonly unknown[];
  /** The place to read on from; undefined at the end of a closed shard. */
  readonly next: string | undefined;
  /** Whether these are all records that there were. */
  readonly isWhole: boolean;
}

export interface StreamApi {
  describeStream(
    streamArn: string,
  ): Promise<{ readonly shards: readonly Shard[]; readonly partitionKey: string }>;
  openShard(streamArn: string, shardId: string, position: Position): Promise<string>;
  readRecords(iterator: string): Promise<Page>;
  close(): void;
}

/**
 * One read returns at most this many records.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
 */
const pageSize = 1000;

/**
 * A read ends at 1 MB too, before the record that would exceed it. A record has two images of up to
 * 400 KB, so an answer below this many bytes was not cut.
 */
const uncutBytes = 100_000;

/**
 * An error of the streams API. Its `code` has no namespace, such as `ExpiredIteratorException`.
 */
export class StreamError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = "StreamError";
    this.code = code;
  }
}

/**
 * Reads streams straight from DynamoDB Local, past the proxy, because Lambda's own polling is no
 * call of a function.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html
 */
export function createStreamApi(dynamoEndpoint: string): StreamApi {
  const { forward, close } = createForward(Number(new URL(dynamoEndpoint).port));
  const callForBytes = async (
    action: string,
    payload: Payload,
  ): Promise<{ answer: Payload; bytes: number }> => {
    const headers = { ...localSignature, "x-amz-target": `DynamoDBStreams_20120810.${action}` };
    const { status, body } = await forward(headers, Buffer.from(JSON.stringify(payload)));
    const answer = parsePayload(body);
    if (status === 200) return { answer, bytes: body.length };
    throw new StreamError(
      String(answer.__type).split("#").at(-1) ?? "",
      String(answer.Message ?? answer.message ?? status),
    );
  };
  const call = async (action: string, payload: Payload): Promise<Payload> =>
    (await callForBytes(action, payload)).answer;
  return {
    async describeStream(StreamArn) {
      const shards: Shard[] = [];
      let partitionKey = "";
      let last: unknown;
      do {
        const page = { StreamArn, ...(last === undefined ? {} : { ExclusiveStartShardId: last }) };
        const { StreamDescription } = await call("DescribeStream", page);
        const { Shards, LastEvaluatedShardId, KeySchema } = isRecord(StreamDescription)
          ? StreamDescription
          : {};
        for (const shard of records(Shards)) shards.push(readShard(shard));
        partitionKey = String(records(KeySchema).find(({ KeyType }) => KeyType === "HASH")?.AttributeName);
        last = LastEvaluatedShardId;
      } while (last !== undefined);
      return { shards, partitionKey };
    },
    async openShard(StreamArn, ShardId, position) {
      const where =
        typeof position === "string"
          ? { ShardIteratorType: position }
          : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: position.after };
      return String((await call("GetShardIterator", { StreamArn, ShardId, ...where })).ShardIterator);
    },
    async readRecords(ShardIterator) {
      const { answer, bytes } = await callForBytes("GetRecords", { ShardIterator, Limit: pageSize });
      const { Records, NextShardIterator } = withEmptyMapsInRecords(answer);
      const found = Array.isArray(Records) ? Records : [];
      return {
        records: found,
        next: typeof NextShardIterator === "string" ? NextShardIterator : undefined,
        isWhole: found.length < pageSize && bytes < uncutBytes,
      };
    },
    close,
  };
}

/** The sequence number of a record as the API gives it. */
export const sequenceNumberOf = (record: unknown): string => {
  const change = isRecord(record) ? record.dynamodb : undefined;
  return String(isRecord(change) ? change.SequenceNumber : undefined);
};

const records = (value: unknown): Payload[] => (Array.isArray(value) ? value.filter(isRecord) : []);

function readShard(shard: Payload): Shard {
  const range = isRecord(shard.SequenceNumberRange) ? shard.SequenceNumberRange : {};
  return {
    id: String(shard.ShardId),
    parentId: typeof shard.ParentShardId === "string" ? shard.ParentShardId : undefined,
    closed: range.EndingSequenceNumber !== undefined,
  };
}
