/**
 * What happens to a message after it was sent, and the room's count of it.
 *   change one                ROOM#r / MSG#seq, which enters gsi1: ROOM#r#CHANGED / rev
 *   raise the count           ROOM#r / HEAD
 */
import { type Head, headFromItem, previewToItem } from "../rooms/heads.ts";
import { indexKeys, keys } from "../table/keys.ts";
import { updateItem } from "../table/table.ts";
import { messageFromItem, type StoredMessage } from "./messages.ts";

export type MessageChange =
  | { readonly kind: "edit"; readonly content: string; readonly at: string }
  | { readonly kind: "delete" | "remove"; readonly by: string; readonly at: string }
  | { readonly kind: "restore" }
  | { readonly kind: "pin"; readonly at: string }
  | { readonly kind: "unpin" }
  | { readonly kind: "react"; readonly reaction: string; readonly terms: ReactionTerms }
  | { readonly kind: "unreact"; readonly reaction: string };

/** How many reactions there may be after one more, and, where that one is of a new emoji, how many emoji. */
interface ReactionTerms {
  readonly limit: number;
  readonly kindLimit: number;
  /** A reaction with the same emoji that was seen: as long as it stands, the new one adds no emoji. */
  readonly sameKind: string | undefined;
}

interface Expression {
  readonly update: Partial<Record<"SET" | "REMOVE" | "ADD" | "DELETE", string>>;
  readonly conditions: readonly string[];
  readonly values?: Record<string, unknown>;
}

const notDeleted = "attribute_not_exists(deleted_by)";
const notRemoved = "attribute_not_exists(removed)";

/** Each change stands on what was seen of the message as far as it must, and no further: members react at once. */
function expressionOf(seen: StoredMessage, change: MessageChange): Expression {
  switch (change.kind) {
    case "edit":
      return {
        update: { SET: "content = :content, edited_at = :at, edits = :edits" },
        // The content that was seen is kept under the number of edits that was seen.
        conditions: [notDeleted, seen.edits === 0 ? "attribute_not_exists(edits)" : "edits = :seenEdits"],
        values: {
          ":content": change.content,
          ":at": change.at,
          ":edits": seen.edits + 1,
          ...(seen.edits > 0 && { ":seenEdits": seen.edits }),
        },
      };
    case "delete":
      return {
        update: { SET: "deleted_by = :by, deleted_at = :at", REMOVE: "pinned_at, attachment" },
        // Over its author's deletion too, if that was seen.
        conditions: seen.deletedBy === null ? [notDeleted] : ["deleted_by = :seenBy", notRemoved],
        values: {
          ":by": change.by,
          ":at": change.at,
          ...(seen.deletedBy !== null && { ":seenBy": seen.deletedBy }),
        },
      };
    case "remove":
      // Over a deletion by somebody else too, who could restore it.
      return {
        update: {
          SET: "deleted_by = :by, deleted_at = :at, removed = :removed",
          REMOVE: "pinned_at, attachment",
        },
        conditions: [notRemoved],
        values: { ":by": change.by, ":at": change.at, ":removed": true },
      };
    case "restore":
      return {
        update: { REMOVE: "deleted_by, deleted_at" },
        conditions: ["deleted_by = :seenBy", notRemoved],
        values: { ":seenBy": seen.deletedBy },
      };
    case "pin":
      return {
        update: { SET: "pinned_at = :at" },
        conditions: [notDeleted, "attribute_not_exists(pinned_at)"],
        values: { ":at": change.at },
      };
    case "unpin":
      return { update: { REMOVE: "pinned_at" }, conditions: ["attribute_exists(pinned_at)"] };
    case "react":
      return reactExpression(seen, change);
    case "unreact":
      return {
        update: { DELETE: "reactions :reaction" },
        conditions: [notDeleted, "contains(reactions, :one)"],
        values: { ":reaction": new Set([change.reaction]), ":one": change.reaction },
      };
  }
}

/**
 * One set at the top of the item, because ADD reaches no deeper.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
 * A new emoji may be one too many: but never while there are fewer reactions than emoji allowed, nor if there are as
 * many as were seen and counted.
 */
function reactExpression(
  seen: StoredMessage,
  { reaction, terms }: Extract<MessageChange, { kind: "react" }>,
): Expression {
  const fewEnough =
    terms.sameKind === undefined
      ? "(size(reactions) < :kinds OR size(reactions) = :seenSize)"
      : "contains(reactions, :sameKind)";
  return {
    update: { ADD: "reactions :reaction" },
    conditions: [
      notDeleted,
      seen.reactions.size === 0
        ? `(attribute_not_exists(reactions) OR ${fewEnough})`
        : `(size(reactions) < :limit AND ${fewEnough})`,
    ],
    values: {
      ":reaction": new Set([reaction]),
      ...(seen.reactions.size > 0 && { ":limit": terms.limit }),
      ...(terms.sameKind === undefined
        ? { ":kinds": terms.kindLimit, ":seenSize": seen.reactions.size }
        : { ":sameKind": terms.sameKind }),
    },
  };
}

/** A message as it is after a try to change it; undefined if there is none any more. */
type Changed =
  | { readonly done: true; readonly message: StoredMessage }
  | { readonly done: false; readonly message: StoredMessage | undefined };

async function update(
  { roomId, seq }: StoredMessage,
  rev: number,
  { update, conditions, values }: Expression,
): Promise<Changed> {
  const { gsi1pk, gsi1sk } = indexKeys.changed(roomId, rev);
  const stamp = "rev = :rev, gsi1pk = :gsi1pk, gsi1sk = :gsi1sk";
  const clauses = { ...update, SET: update.SET === undefined ? stamp : `${update.SET}, ${stamp}` };
  const { done, item } = await updateItem(keys.message(roomId, seq), {
    UpdateExpression: Object.entries(clauses)
      .map(([action, terms]) => `${action} ${terms}`)
      .join(" "),
    ConditionExpression: ["attribute_exists(pk)", ...conditions].join(" AND "),
    ExpressionAttributeValues: { ...values, ":rev": rev, ":gsi1pk": gsi1pk, ":gsi1sk": gsi1sk },
    ReturnValues: "ALL_NEW",
  });
  const message = item && messageFromItem(roomId, item);
  return done && message ? { done, message } : { done: false, message };
}

/** Changes a message and stamps it with `rev`, unless it bears a later one, or is not as the change wants it. */
export function landChange(seen: StoredMessage, rev: number, change: MessageChange): Promise<Changed> {
  const { update: terms, conditions, values } = expressionOf(seen, change);
  return update(seen, rev, {
    update: terms,
    conditions: ["(attribute_not_exists(rev) OR rev <= :rev)", ...conditions],
    ...(values && { values }),
  });
}

/** Stamps a changed message with a later `rev`, unless it bears one as late. */
export function stampMessage(message: StoredMessage, rev: number): Promise<Changed> {
  return update(message, rev, { update: {}, conditions: ["rev < :rev"] });
}

/** What a raise came to, with the head as it is where it was refused; undefined if there is none. */
type Raised = { readonly done: true } | { readonly done: false; readonly head: Head | undefined };

/**
 * Raises the room's revision to that of a message, unless it is as high. `isLast` says whether the message is the
 * room's last one, which the head shows: then it shows it as it is now. Refused where that is wrong.
 */
export async function raiseRev(message: StoredMessage, isLast: boolean): Promise<Raised> {
  const { done, item } = await updateItem(keys.head(message.roomId), {
    UpdateExpression: isLast ? "SET rev = :rev, #last = :last" : "SET rev = :rev",
    ConditionExpression: isLast
      ? "rev < :rev AND last_seq = :seq"
      : "rev < :rev AND (attribute_not_exists(last_seq) OR last_seq <> :seq)",
    ...(isLast && { ExpressionAttributeNames: { "#last": "last" } }),
    ExpressionAttributeValues: {
      ":rev": message.rev,
      ":seq": message.seq,
      ...(isLast && { ":last": previewToItem(message) }),
    },
  });
  return done ? { done } : { done, head: item && headFromItem(item) };
}
