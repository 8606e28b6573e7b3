/**
 * Marks of what a member has read and received in a room. Each mark is one conditional write of
 * their membership.
 *   of one member             ROOM#r / MEMBER#u
 * Marks only grow, so writes that overtake each other do no harm.
 */
import { isoOf } from "../../kernel/runtime/time.ts";
import { keys } from "../table/keys.ts";
import { updateItem } from "../table/table.ts";
import { type Membership, membershipFromItem } from "./memberships.ts";
import {
  entriesAhead,
  type Marks,
  marksAfter,
  marksUpdate,
  obsoleteEntries,
  obsoleteLimit,
  type Reading,
} from "./unread.ts";

/**
 * The result of a mark.
 * - `marked`: the mark moved; with the marks before and after it.
 * - `same`: there was nothing to move.
 * - `not_member`: the user is not a member.
 * - `moved`: another call moved the mark in between. The caller can try again with this membership.
 */
export type MarkResult =
  | {
      readonly result: "marked";
      readonly joinedSeq: number;
      readonly before: Marks;
      readonly after: Marks;
      readonly at: string;
    }
  | { readonly result: "same" }
  | { readonly result: "not_member" }
  | { readonly result: "moved"; readonly membership: Membership };

/**
 * Returns the present in milliseconds, with three random decimals. A call recognizes its own write
 * by them: the SDK repeats a call if its answer was lost, and the first write of the call must not
 * pass for the write of another call.
 */
function stamp(): number {
  return Date.now() + Math.floor(Math.random() * 1000) / 1000;
}

function timeOf(at: number): string {
  return isoOf(Math.floor(at));
}

/**
 * Removes obsolete entries, once there are enough of them for a write. Removing only some is valid.
 */
async function prune(roomId: string, userId: string, marks: Marks): Promise<void> {
  const passed = obsoleteEntries(marks);
  if (passed.size < obsoleteLimit) return;
  await updateItem(keys.membership(roomId, userId), {
    delete: { read_ahead: passed },
    condition: "attribute_exists(pk)",
  });
}

/**
 * During a block of a direct room the other member still sees the marks from the start of the
 * block. The first mark after it keeps all of these beside the new ones, in the same write.
 */
function marksKeptForBlock(isBlocked: boolean) {
  return !isBlocked
    ? {}
    : {
        compute: {
          block_seq: "if_not_exists(block_seq, read_seq)",
          block_ahead: "if_not_exists(block_ahead, if_not_exists(read_ahead, :none))",
          block_at: "if_not_exists(block_at, if_not_exists(read_at, :never))",
          block_delivered_seq: "if_not_exists(block_delivered_seq, if_not_exists(delivered_seq, :never))",
          block_delivered_at: "if_not_exists(block_delivered_at, if_not_exists(delivered_at, :never))",
        },
        // A set cannot be empty; no message has this seq.
        values: { none: new Set([0]), never: 0 },
      };
}

/**
 * Shows the present marks again after a block. If interrupted: the kept marks stay. Without a block
 * no read uses them. A later block shows them again.
 */
export async function dropMarksBeforeBlock(roomId: string, userId: string): Promise<void> {
  await updateItem(keys.membership(roomId, userId), {
    remove: ["block_seq", "block_ahead", "block_at", "block_delivered_seq", "block_delivered_at"],
    condition: "attribute_exists(block_seq)",
  });
}

/**
 * Marks everything up to `seq` as read without reading the membership. The write keeps the earlier
 * mark beside the new one, so a repeated call can still say which messages became read.
 */
export async function raiseReadMark(
  roomId: string,
  userId: string,
  seq: number,
  isBlocked: boolean,
): Promise<MarkResult> {
  const at = stamp();
  const kept = marksKeptForBlock(isBlocked);
  const outcome = await updateItem(keys.membership(roomId, userId), {
    set: { read_seq: seq, read_at: at },
    compute: { read_was: "read_seq", ...kept.compute },
    condition: "attribute_exists(pk) AND read_seq < :read_seq",
    values: kept.values,
    returns: "ALL_NEW",
  });
  const { item } = outcome;
  if (!item) return { result: "not_member" };
  if (!outcome.done && item.read_at !== at) return { result: "same" };
  const after = membershipFromItem(item);
  await prune(roomId, userId, after);
  return {
    result: "marked",
    joinedSeq: after.joinedSeq,
    before: { readSeq: Number(item.read_was), readAhead: after.readAhead },
    after: { readSeq: after.readSeq, readAhead: entriesAhead(after) },
    at: timeOf(at),
  };
}

/** Marks messages as read, on a membership that was read a moment ago. */
export async function markRead(
  membership: Membership,
  reading: Reading,
  isBlocked: boolean,
): Promise<MarkResult> {
  const { roomId, userId } = membership;
  const wanted = marksAfter(membership, reading);
  const update = marksUpdate(membership, wanted);
  // Marks only grow: a message that was read a moment ago is read. Obsolete entries alone are no
  // reason for a write.
  if (update.readSeq === undefined && update.add.size === 0) return { result: "same" };
  const at = stamp();
  const kept = marksKeptForBlock(isBlocked);
  const outcome = await updateItem(keys.membership(roomId, userId), {
    set: { read_at: at, read_seq: update.readSeq },
    compute: kept.compute,
    add: { read_ahead: update.add },
    delete: { read_ahead: update.drop },
    condition: ["attribute_exists(pk)", ...(update.readSeq === undefined ? [] : ["read_seq = :mark"])],
    values: { ...kept.values, mark: update.readSeq === undefined ? undefined : membership.readSeq },
    returns: "ALL_OLD",
  });
  const { item } = outcome;
  if (!item) return { result: "not_member" };
  const isOwnWrite = item.read_at === at;
  if (!outcome.done && !isOwnWrite) return { result: "moved", membership: membershipFromItem(item) };
  // If the first answer was lost, the SDK's second call found what the first one wrote.
  const before: Marks = isOwnWrite ? membership : membershipFromItem(item);
  const after: Marks = {
    readSeq: Math.max(before.readSeq, wanted.readSeq),
    readAhead: new Set([...before.readAhead, ...update.add].filter((seq) => seq > wanted.readSeq)),
  };
  if (!isOwnWrite && update.drop.size === 0) await prune(roomId, userId, before);
  return { result: "marked", joinedSeq: membership.joinedSeq, before, after, at: timeOf(at) };
}

type DeliveredResult =
  | { readonly result: "marked"; readonly at: string }
  | { readonly result: "same" }
  | { readonly result: "not_member" };

/** Marks everything up to `seq` as received. Returns `same` if it was before. */
export async function raiseDeliveredMark(
  roomId: string,
  userId: string,
  seq: number,
  isBlocked: boolean,
): Promise<DeliveredResult> {
  const at = stamp();
  const kept = marksKeptForBlock(isBlocked);
  const outcome = await updateItem(keys.membership(roomId, userId), {
    set: { delivered_seq: seq, delivered_at: at },
    compute: kept.compute,
    condition: [
      "attribute_exists(pk)",
      "(attribute_not_exists(delivered_seq) OR delivered_seq < :delivered_seq)",
    ],
    values: kept.values,
  });
  if (outcome.done) return { result: "marked", at: timeOf(at) };
  if (!outcome.item) return { result: "not_member" };
  return outcome.item.delivered_at === at ? { result: "marked", at: timeOf(at) } : { result: "same" };
}
