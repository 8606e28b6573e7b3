/**
 * Changes of a sent message.
 *   change one                ROOM#r / MSG#seq
 */
import { keys } from "../table/keys.ts";
import { updateItem } from "../table/table.ts";
import type { Update } from "../table/update-expression.ts";
import { messageFromItem, type StoredMessage } from "./messages.ts";

export type MessageChange =
  | { readonly kind: "edit"; readonly content: string; readonly at: string }
  | { readonly kind: "delete" | "remove"; readonly by: string; readonly at: string }
  | { readonly kind: "restore" }
  | { readonly kind: "pin"; readonly at: string }
  | { readonly kind: "unpin" }
  | { readonly kind: "react"; readonly reaction: string; readonly terms: ReactionTerms }
  | { readonly kind: "unreact"; readonly reaction: string }
  /** Gives the same state another revision, to announce it once more. */
  | { readonly kind: "renumber" };

/**
 * How many reactions there may be after this one. If its emoji is new, also how many emoji there
 * may be.
 */
interface ReactionTerms {
  readonly limit: number;
  readonly kindLimit: number;
  /** A seen reaction with the same emoji. While it stands, the new one adds no emoji. */
  readonly sameKind: string | undefined;
}

interface ConditionalUpdate extends Update {
  readonly condition: readonly string[];
}

const notDeleted = "attribute_not_exists(deleted_by)";
const notRemoved = "attribute_not_exists(removed)";

/**
 * Returns the update of a change. It depends on what was seen of the message only as far as it
 * must: several members react at the same time.
 */
function updateOf(seen: StoredMessage, change: MessageChange): ConditionalUpdate {
  switch (change.kind) {
    case "edit":
      return {
        set: { content: change.content, edited_at: change.at, edits: seen.edits + 1 },
        // The seen content is kept under the seen number of edits.
        ...(seen.edits === 0
          ? { condition: [notDeleted, "attribute_not_exists(edits)"] }
          : { condition: [notDeleted, "edits = :seen"], values: { seen: seen.edits } }),
      };
    case "delete":
      return {
        set: { deleted_by: change.by, deleted_at: change.at },
        remove: ["pinned_at", "attachment"],
        // An author's deletion is replaced too, if it was seen.
        ...(seen.deletedBy === null
          ? { condition: [notDeleted] }
          : { condition: ["deleted_by = :seen", notRemoved], values: { seen: seen.deletedBy } }),
      };
    case "remove":
      // A deletion by another user is replaced too, since they could restore it.
      return {
        set: { deleted_by: change.by, deleted_at: change.at, removed: true },
        remove: ["pinned_at", "attachment"],
        condition: [notRemoved],
      };
    case "restore":
      return {
        remove: ["deleted_by", "deleted_at"],
        condition: ["deleted_by = :seen", notRemoved],
        values: { seen: seen.deletedBy },
      };
    case "pin":
      return {
        set: { pinned_at: change.at },
        condition: [notDeleted, "attribute_not_exists(pinned_at)"],
      };
    case "unpin":
      return { remove: ["pinned_at"], condition: ["attribute_exists(pinned_at)"] };
    case "react":
      return reactionUpdate(seen, change);
    case "unreact":
      return {
        delete: { reactions: new Set([change.reaction]) },
        condition: [notDeleted, "contains(reactions, :reaction)"],
        values: { reaction: change.reaction },
      };
    case "renumber":
      return { condition: [] };
  }
}

/**
 * Returns the update that adds a reaction. All reactions are one set at the top of the item,
 * because ADD reaches no deeper.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
 * A new emoji may be one too many. It is not while there are fewer reactions than allowed emoji, or
 * if there are as many as were seen and counted.
 */
function reactionUpdate(
  seen: StoredMessage,
  { reaction, terms }: Extract<MessageChange, { kind: "react" }>,
): ConditionalUpdate {
  const fewEnough =
    terms.sameKind === undefined
      ? "(size(reactions) < :kinds OR size(reactions) = :seenSize)"
      : "contains(reactions, :sameKind)";
  return {
    add: { reactions: new Set([reaction]) },
    condition: [
      notDeleted,
      seen.reactions.size === 0
        ? `(attribute_not_exists(reactions) OR ${fewEnough})`
        : `(size(reactions) < :limit AND ${fewEnough})`,
    ],
    values: {
      ...(seen.reactions.size > 0 && { limit: terms.limit }),
      ...(terms.sameKind === undefined
        ? { kinds: terms.kindLimit, seenSize: seen.reactions.size }
        : { sameKind: terms.sameKind }),
    },
  };
}

/** A message after an attempt to change it; undefined if there is no such message. */
type Changed =
  | { readonly done: true; readonly message: StoredMessage }
  | { readonly done: false; readonly message: StoredMessage | undefined };

/**
 * Changes a message under the revision `rev`. Fails if the message has a later revision, or is not
 * as the change needs it. So the states of a message follow each other in the order of their
 * revisions, and no two states share one.
 */
export async function applyChange(seen: StoredMessage, rev: number, change: MessageChange): Promise<Changed> {
  const { roomId, seq } = seen;
  const update = updateOf(seen, change);
  const { done, item } = await updateItem(keys.message(roomId, seq), {
    ...update,
    set: { ...update.set, rev },
    condition: ["attribute_exists(pk)", "(attribute_not_exists(rev) OR rev < :rev)", ...update.condition],
    returns: "ALL_NEW",
  });
  const message = item && messageFromItem(roomId, item);
  // The caller alone has this revision. So a message that has it was changed by an earlier attempt
  // of this call, whose answer was lost.
  return message && (done || message.rev === rev) ? { done: true, message } : { done: false, message };
}
