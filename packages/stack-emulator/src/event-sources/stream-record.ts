import { isRecord, type Payload } from "../proxy/types.ts";

/** A record of a DynamoDB stream in the shape of Lambda's events. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventVersion: string;
  readonly eventSource: string;
  readonly awsRegion: string;
  readonly eventSourceARN: string;
  readonly dynamodb: StreamChange;
  readonly userIdentity?: { readonly type: string; readonly principalId: string };
}

interface StreamChange {
  /** Seconds since the epoch. */
  readonly ApproximateCreationDateTime: number;
  readonly Keys: Payload;
  readonly NewImage?: Payload;
  readonly OldImage?: Payload;
  readonly SequenceNumber: string;
  readonly SizeBytes: number;
  readonly StreamViewType: string;
}

const minuteMs = 60_000;

/**
 * Corrects DynamoDB Local's record in three places. Its time is cut down to the minute, its region
 * is `ddblocal`, and a deletion by TTL comes as an unknown event without the identity of the
 * service that made it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
 */
export function streamRecord(
  raw: unknown,
  { sourceArn, region, now, clockNow }: { sourceArn: string; region: string; now: number; clockNow: number },
): StreamRecord {
  const record = isRecord(raw) ? raw : {};
  const { ApproximateCreationDateTime, Keys, NewImage, OldImage, SequenceNumber, SizeBytes, StreamViewType } =
    isRecord(record.dynamodb) ? record.dynamodb : {};
  const minute = Number(ApproximateCreationDateTime) * 1000;
  // Read in the minute of its making, it was made just now; else some time before the minute's end.
  const createdAgoMs = now - minute < minuteMs ? 0 : now - minute - minuteMs;
  const byTtl = record.eventName === "UNKNOWN_TO_SDK_VERSION";
  return {
    eventID: String(record.eventID),
    eventName: byTtl ? "REMOVE" : String(record.eventName),
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor((clockNow - createdAgoMs) / 1000),
      Keys: isRecord(Keys) ? Keys : {},
      ...(isRecord(NewImage) && { NewImage }),
      ...(isRecord(OldImage) && { OldImage }),
      SequenceNumber: String(SequenceNumber),
      SizeBytes: Number(SizeBytes),
      StreamViewType: String(StreamViewType),
    },
    eventSourceARN: sourceArn,
    ...(byTtl && { userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } }),
  };
}
