/**
 * The scan of a rebuild, which has to find everybody, or every room. No request of a client and nothing that follows from
 * one ever scans: they know the keys of what they need.
 */
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { environment } from "../../kernel/runtime/environment.ts";
import { idOfKey, type Key, keyOf } from "./keys.ts";
import { prefixes } from "./prefixes.ts";
import { documentClient } from "./table.ts";

/** Of whom, or of what, an index holds something. */
export type SubjectKind = "user" | "room";

/** The item that each of them has exactly one of. */
const anchors: Readonly<Record<SubjectKind, string>> = {
  user: prefixes.profile,
  room: prefixes.head,
};

interface ScanRequest {
  readonly kind: SubjectKind;
  /** How the partition keys of the index's own entries begin, where these are wanted too. */
  readonly entries: string | undefined;
  readonly segment: number;
  readonly segments: number;
  /** Where to go on: after the item with this key, of the same segment. */
  readonly after: Key | undefined;
}

export interface ScanPage {
  readonly subjects: readonly { readonly id: string; readonly key: Key }[];
  readonly entries: readonly Key[];
  /** How many items were read, wanted or not. */
  readonly scanned: number;
  /** Read units that it took. */
  readonly units: number;
  /** Where the next page begins; undefined at the end of the segment. */
  readonly next: Key | undefined;
}

/** Items read at once: at 512 bytes each 13 read units. */
const pageSize = 200;

/**
 * One page of a segment of the table. Keys alone are given back, yet all of each item is read, and paid for.
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
