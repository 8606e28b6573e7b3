/**
 * What a member has read and received of a room, moved on their membership: one conditional write each.
 *   of one member             ROOM#r / MEMBER#u
 * Marks only ever grow, so writes that overtake each other do no harm.
 */
import { isoOf } from "../../kernel/runtime/time.ts";
import { keys } from "../table/keys.ts";
import { updateItem } from "../table/table.ts";
import { type Membership, membershipFromItem } from "./memberships.ts";
import {
  liveAhead,
  type Marks,
  marksAfter,
  marksUpdate,
  passedAhead,
  passedLimit,
  type Reading,
} from "./read-ahead.ts";

/**
 * What came of a mark: `marked`, with the marks before and after it; `same`, there was nothing to move; `gone`, not a
 * member (any more); `moved`, the mark was moved in the meantime, and this can be tried again with what it is now.
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
  | { readonly result: "gone" }
  | { readonly result: "moved"; readonly membership: Membership };

/**
 * The present in milliseconds, with three random decimals by which a call knows its own write: the SDK repeats one
 * whose answer was lost, and must not take the first for somebody else's.
 */
const stamp = (): number => Date.now() + Math.floor(Math.random() * 1000) / 1000;

const timeOf = (at: number): string => isoOf(Math.floor(at));

/** Removes entries that mean nothing any more, once they are worth a write. Any prefix of this is valid. */
const prune = async (roomId: string, userId: string, marks: Marks): Promise<void> => {
  const passed = passedAhead(marks);
  if (passed.size < passedLimit) return;
  await updateItem(keys.membership(roomId, userId), {
    UpdateExpression: "DELETE read_ahead :passed",
    ConditionExpression: "attribute_exists(pk)",
    ExpressionAttributeValues: { ":passed": passed },
  });
};

/**
 * Who of a direct room blocks whom, while a mark is made: behind a block, what its member's marks were when it began is kept
 * beside it, in the same write, because the other one goes on seeing that. All of it is kept with the first such mark.
 */
export type Standing = "together" | "apart";

const keptBeside = (standing: Standing) =>
  standing === "together"
    ? { set: [], values: {} }
    : {
        set: [
          "told_seq = if_not_exists(told_seq, read_seq)",
          "told_ahead = if_not_exists(told_ahead, if_not_exists(read_ahead, :none))",
          "told_at = if_not_exists(told_at, if_not_exists(read_at, :never))",
          "told_delivered_seq = if_not_exists(told_delivered_seq, if_not_exists(delivered_seq, :never))",
          "told_delivered_at = if_not_exists(told_delivered_at, if_not_exists(delivered_at, :never))",
        ],
        // A set cannot be empty; no message has this number.
        values: { ":none": new Set([0]), ":never": 0 },
      };

/** After a block: the marks are seen as they are. A function that ends before it leaves what no block uses, or a later one. */
export const forgetTold = async (roomId: string, userId: string): Promise<void> => {
  await updateItem(keys.membership(roomId, userId), {
    UpdateExpression: "REMOVE told_seq, told_ahead, told_at, told_delivered_seq, told_delivered_at",
    ConditionExpression: "attribute_exists(told_seq)",
  });
};

/**
 * Marks everything up to `seq` as read, without having read the membership: what it was before is left beside the new
 * mark, so that what became read can be told even where the first answer was lost.
 */
export const raiseReadMark = async (
  roomId: string,
  userId: string,
  seq: number,
  standing: Standing,
): Promise<MarkResult> => {
  const at = stamp();
  const kept = keptBeside(standing);
  const outcome = await updateItem(keys.membership(roomId, userId), {
    UpdateExpression: `SET ${["read_was = read_seq", "read_seq = :seq", "read_at = :at", ...kept.set].join(", ")}`,
    ConditionExpression: "attribute_exists(pk) AND read_seq < :seq",
    ExpressionAttributeValues: { ":seq": seq, ":at": at, ...kept.values },
    ReturnValues: "ALL_NEW",
  });
  const { item } = outcome;
  if (!item) return { result: "gone" };
  if (!outcome.done && item.read_at !== at) return { result: "same" };
  const after = membershipFromItem(item);
  await prune(roomId, userId, after);
  return {
    result: "marked",
    joinedSeq: after.joinedSeq,
    before: { readSeq: Number(item.read_was), readAhead: after.readAhead },
    after: { readSeq: after.readSeq, readAhead: liveAhead(after) },
    at: timeOf(at),
  };
};

/** Marks what `reading` says as read, on a membership as it was read a moment ago. */
export const markRead = async (
  membership: Membership,
  reading: Reading,
  standing: Standing,
): Promise<MarkResult> => {
  const { roomId, userId } = membership;
  const wanted = marksAfter(membership, reading);
  const update = marksUpdate(membership, wanted);
  // Marks only grow: what was read a moment ago is read. (Entries to remove alone are no reason for a write.)
  if (update.readSeq === undefined && update.add.size === 0) return { result: "same" };
  const at = stamp();
  const kept = keptBeside(standing);
  const raised = update.readSeq === undefined ? [] : ["read_seq = :read"];
  const outcome = await updateItem(keys.membership(roomId, userId), {
    UpdateExpression: [
      `SET ${["read_at = :at", ...raised, ...kept.set].join(", ")}`,
      update.add.size > 0 ? "ADD read_ahead :ahead" : "",
      update.drop.size > 0 ? "DELETE read_ahead :passed" : "",
    ].join(" "),
    ConditionExpression:
      update.readSeq === undefined ? "attribute_exists(pk)" : "attribute_exists(pk) AND read_seq = :mark",
    ExpressionAttributeValues: {
      ":at": at,
      ...kept.values,
      ...(update.readSeq !== undefined && { ":read": update.readSeq, ":mark": membership.readSeq }),
      ...(update.add.size > 0 && { ":ahead": update.add }),
      ...(update.drop.size > 0 && { ":passed": update.drop }),
    },
    ReturnValues: "ALL_OLD",
  });
  const { item } = outcome;
  if (!item) return { result: "gone" };
  const own = item.read_at === at;
  if (!outcome.done && !own) return { result: "moved", membership: membershipFromItem(item) };
  // Where the first answer was lost, what the SDK's second call met is what the first one wrote.
  const before: Marks = own ? membership : membershipFromItem(item);
  const after: Marks = {
    readSeq: Math.max(before.readSeq, wanted.readSeq),
    readAhead: new Set([...before.readAhead, ...update.add].filter((seq) => seq > wanted.readSeq)),
  };
  if (!own && update.drop.size === 0) await prune(roomId, userId, before);
  return { result: "marked", joinedSeq: membership.joinedSeq, before, after, at: timeOf(at) };
};

type DeliveredResult =
  | { readonly result: "marked"; readonly at: string }
  | { readonly result: "same" }
  | { readonly result: "gone" };

/** Marks everything up to `seq` as received; `same` where it was before. */
export const raiseDeliveredMark = async (
  roomId: string,
  userId: string,
  seq: number,
  standing: Standing,
): Promise<DeliveredResult> => {
  const at = stamp();
  const kept = keptBeside(standing);
  const outcome = await updateItem(keys.membership(roomId, userId), {
    UpdateExpression: `SET ${["delivered_seq = :seq", "delivered_at = :at", ...kept.set].join(", ")}`,
    ConditionExpression:
      "attribute_exists(pk) AND (attribute_not_exists(delivered_seq) OR delivered_seq < :seq)",
    ExpressionAttributeValues: { ":seq": seq, ":at": at, ...kept.values },
  });
  if (outcome.done) return { result: "marked", at: timeOf(at) };
  if (!outcome.item) return { result: "gone" };
  return outcome.item.delivered_at === at ? { result: "marked", at: timeOf(at) } : { result: "same" };
};
