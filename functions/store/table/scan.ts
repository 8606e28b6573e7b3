/**
 * Scans the table for a rebuild, which must find every user or every room. No request of a client
 * and nothing that follows from one ever scans: they know the keys of what they need.
 */
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { environment } from "../../kernel/runtime/environment.ts";
import { idOfKey, type Key, keyOf } from "./keys.ts";
import { prefixes } from "./prefixes.ts";
import { documentClient } from "./table.ts";

/** The kind of subject that an index describes. */
export type SubjectKind = "user" | "room";

/** The sort key of the one item that each subject has. */
const anchors: Readonly<Record<SubjectKind, string>> = {
  user: prefixes.profile,
  room: prefixes.head,
};

interface ScanRequest {
  readonly kind: SubjectKind;
  /** The prefix of the partition keys of the index's own entries, if the caller wants these too. */
  readonly entries: string | undefined;
  readonly segment: number;
  readonly segments: number;
  /** The scan continues after the item with this key, of the same segment. */
  readonly after: Key | undefined;
}

export interface ScanPage {
  readonly subjects: readonly { readonly id: string; readonly key: Key }[];
  readonly entries: readonly Key[];
  /** The number of items that the page read, wanted or not. */
  readonly scanned: number;
  /** The read units that the page took. */
  readonly units: number;
  /** The key to continue after; undefined at the end of the segment. */
  readonly next: Key | undefined;
}

/** Items of one page: at 512 bytes each, 13 read units. */
const pageSize = 200;

/**
 * Returns one page of a segment of the table. The page holds keys alone, yet DynamoDB reads each
 * item as a whole and bills it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html
 */
export async function scanPage({ kind, entries, segment, segments, after }: ScanRequest): Promise<ScanPage> {
  const page = await documentClient.send(
    new ScanCommand({
      TableName: environment.tableName,
      Segment: segment,
      TotalSegments: segments,
      Limit: pageSize,
      FilterExpression: `sk = :anchor${entries === undefined ? "" : " OR begins_with(pk, :entries)"}`,
      ExpressionAttributeValues: {
        ":anchor": anchors[kind],
        ...(entries !== undefined && { ":entries": entries }),
      },
      ProjectionExpression: "pk, sk",
      ReturnConsumedCapacity: "TOTAL",
      ...(after && { ExclusiveStartKey: after }),
    }),
  );
  const found = (page.Items ?? []).map(keyOf);
  const isEntry = ({ pk }: Key): boolean => entries !== undefined && pk.startsWith(entries);
  return {
    subjects: found.filter((key) => !isEntry(key)).map((key) => ({ id: idOfKey(key.pk), key })),
    entries: found.filter(isEntry),
    scanned: page.ScannedCount ?? 0,
    units: page.ConsumedCapacity?.CapacityUnits ?? 0,
    next: page.LastEvaluatedKey && keyOf(page.LastEvaluatedKey),
  };
}
