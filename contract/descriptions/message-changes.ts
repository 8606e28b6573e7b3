import {
  maxReactionBytes,
  maxReactionKinds,
  maxReactions,
  messageChangeOperations,
} from "../message-changes.ts";
import { maxContentLength } from "../messages.ts";
import { describeObject, describeOperations } from "./describe.ts";
import { noMessage, noReadableRoom, noRoom, tooFast } from "./errors.ts";
import { describePage } from "./pages.ts";
import { paging } from "./parameters.ts";

const archivedOrBlocked = "Or the room is archived, or one of a direct room's two members blocks the other.";
const noLastingMessage = `${noMessage} Or it has destroyed itself.`;
const deleted = "The message is deleted.";

const edit = {
  content: {
    description: `The new text, 1 to ${maxContentLength.toLocaleString("en")} characters after trimming.`,
    example: "The X-ray from this morning, and the report",
  },
};
const editErrors = {
  forbidden: `${noRoom} Or the caller is not the author, or may no longer send. ${archivedOrBlocked}`,
  not_found: noLastingMessage,
  conflict: deleted,
  rate_limited: tooFast,
};

const pinForbidden = `${noRoom} Or the caller's role may not pin. ${archivedOrBlocked}`;

export const messageChangeDescriptions = describeOperations(messageChangeOperations, {
  updateMessage: {
    description:
      "Changes the text of a message. Only its author may. The earlier text stays in the message's " +
      "history. Everything else about the message stays as it is.",
    body: edit,
    success: "The message, as changed.",
    errors: editErrors,
  },
  replaceMessage: {
    description: "The same as PATCH, for clients that update with PUT. Only the text changes here, too.",
    body: edit,
    success: "The message, as changed.",
    errors: editErrors,
  },
  deleteMessage: {
    description:
      "Deletes a message. Its author may, and so may an admin if the room is not direct. The message " +
      "keeps its place, without its content, and can be restored. Its file and its pin are removed for " +
      "good. A message that is deleted already is no error.",
    success: "The message is deleted.",
    errors: {
      forbidden: `${noRoom} Or the caller is neither the author nor an admin. Or the room is archived.`,
      not_found: noLastingMessage,
      rate_limited: tooFast,
    },
  },
  restoreMessage: {
    description:
      "Restores a deleted message. The member who deleted it may, and any admin if the room is not " +
      "direct. No member may if an administrator removed the message. Its file and its pin do not come " +
      "back. A message that is not deleted is no error.",
    success: "The message, as restored.",
    errors: {
      forbidden: `${noRoom} Or the caller may not restore the message. ${archivedOrBlocked}`,
      not_found: noLastingMessage,
      conflict: "Nothing is left of the message: it was only a file.",
      rate_limited: tooFast,
    },
  },
  listMessageHistory: {
    description:
      "Lists the texts that a message had before it was edited, the oldest first. A message that is " +
      "deleted has none.",
    query: paging,
    success: "A page of earlier texts.",
    errors: { forbidden: noReadableRoom, not_found: noMessage },
  },
  reactToMessage: {
    description:
      "Adds or removes a reaction of the caller. A member reacts once with each emoji. A reaction that " +
      "is there already, or that is not there to remove, is no error. A message takes " +
      `${maxReactionKinds} different emoji and ${maxReactions.toLocaleString("en")} reactions. It takes ` +
      `fewer if the ids of the users are long: together they may have ${maxReactionBytes / 1000} KB.`,
    body: {
      emoji: {
        description: "One emoji that Unicode recommends for interchange, perhaps with a skin tone.",
        example: "👍",
      },
      action: { description: "Whether to add or to remove the reaction. Default: `add`.", example: "add" },
    },
    success: "All reactions to the message, as they are now.",
    errors: {
      forbidden: `${noRoom} ${archivedOrBlocked}`,
      not_found: noLastingMessage,
      conflict: "The message is deleted, or takes no more reactions.",
      rate_limited: tooFast,
    },
  },
  pinMessage: {
    description:
      "Pins a message, so that `listPins` lists it. Members may if their role has `can_pin`. A message " +
      "that is pinned already is no error.",
    success: "The message, as pinned.",
    errors: {
      forbidden: pinForbidden,
      not_found: noLastingMessage,
      conflict: deleted,
      rate_limited: tooFast,
    },
  },
  unpinMessage: {
    description:
      "Unpins a message. Members may if their role has `can_pin`. A message that is not pinned is no error.",
    success: "The message is not pinned.",
    errors: { forbidden: pinForbidden, not_found: noLastingMessage, rate_limited: tooFast },
  },
  listPins: {
    description:
      "Lists the pinned messages of a room. Each page is in the order of `seq`, and page 1 holds the newest.",
    query: paging,
    success: "A page of the pinned messages.",
    errors: { forbidden: noReadableRoom },
  },
});

export const messageChangeSchemas = [
  describePage(messageChangeOperations.listMessageHistory.success.schema, {
    page: "A page of a message's earlier texts.",
    count: "How many times the message was edited.",
    results: "The earlier texts of this page.",
  }),
  describeObject(messageChangeOperations.reactToMessage.success.schema, {
    description: "The reactions to a message after a change.",
    fields: {
      reactions: { description: "All reactions to the message." },
      message: {
        description: "`Reaction added` or `Reaction removed`.",
        example: "Reaction added",
      },
    },
  }),
];
