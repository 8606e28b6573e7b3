/**
 * The change log of a room: an item for each revision, which names the message that it changed.
 *   take the next revision    ROOM#r / HEAD
 *   one by revision           ROOM#r / REV#rev
 *   a range of revisions      ROOM#r / REV#from..to, one query
 *
 * A number without an entry is either in flight, or unused: its call was interrupted. So each entry
 * says when its own number was taken, and when the one before it was.
 */
import { epochSeconds } from "../../kernel/runtime/time.ts";
import { type Head, headFromItem } from "../rooms/heads.ts";
import { keys, seqOfKey } from "../table/keys.ts";
import { type Item, putItem, queryAll, updateItem } from "../table/table.ts";

/** Seconds that an entry is kept. A client that was away for longer fetches its rooms anew. */
export const logLife = 30 * 24 * 3600;

export interface LogEntry {
  readonly rev: number;
  /** The seq of the message that the revision changed. */
  readonly seq: number;
  /** When the revision was taken, in seconds since 1970. */
  readonly at: number;
  /** When the revision before it was taken; 0 if there was none. */
  readonly before: number;
  /** Whether the call gave its number up without a change. */
  readonly isVoid: boolean;
}

/**
 * Takes the room's next revision, which no other call has, and returns the head with it. Returns
 * undefined if there is no such room. If interrupted: the number stays unused.
 */
export async function takeRev(roomId: string): Promise<Head | undefined> {
  const { done, item } = await updateItem(keys.head(roomId), {
    set: { rev_at: epochSeconds() },
    compute: { rev: "rev + :one", rev_before: "if_not_exists(rev_at, :never)" },
    condition: "attribute_exists(pk)",
    values: { one: 1, never: 0 },
    returns: "ALL_NEW",
  });
  return done ? headFromItem(item) : undefined;
}

/** Records which message the revision is to change: the one that `takeRev` returned in `head`. */
export async function recordRev(head: Head, seq: number): Promise<void> {
  await putItem({
    ...keys.change(head.id, head.rev),
    seq,
    at: head.revAt,
    before: head.revBefore,
    expires_at: head.revAt + logLife,
  });
}

/** Gives a recorded revision up: its message will not change under this number. */
export async function voidRev(roomId: string, rev: number): Promise<void> {
  await updateItem(keys.change(roomId, rev), { set: { void: true }, condition: "attribute_exists(pk)" });
}

function entryFromItem(item: Item): LogEntry {
  return {
    // The number of a sort key: a revision here, as a seq elsewhere.
    rev: seqOfKey(String(item.sk)),
    seq: Number(item.seq),
    at: Number(item.at),
    before: Number(item.before),
    isVoid: item.void === true,
  };
}

/**
 * Returns up to `limit` entries of the revisions from `first` to `last`: the lowest ones in rising
 * order, or the highest ones in falling order.
 */
export async function listLog(
  roomId: string,
  { first, last }: { readonly first: number; readonly last: number },
  limit: number,
  order: "rising" | "falling" = "rising",
): Promise<LogEntry[]> {
  if (last < first) return [];
  const from = keys.change(roomId, first);
  const items = await queryAll(
    {
      KeyConditionExpression: "pk = :room AND sk BETWEEN :from AND :to",
      ExpressionAttributeValues: { ":room": from.pk, ":from": from.sk, ":to": keys.change(roomId, last).sk },
      ScanIndexForward: order === "rising",
      // A client must be able to trust that what is not here is not there.
      ConsistentRead: true,
    },
    limit,
  );
  // TTL deletes up to two days late: an expired entry counts as deleted in the meantime.
  const oldest = epochSeconds() - logLife;
  return items.map(entryFromItem).filter(({ at }) => at > oldest);
}
