import { maxContentLength, maxForwards, maxLifetime, messageOperations, messagePage } from "../messages.ts";
import { defaults } from "./defaults.ts";
import { describeObject, describeOperations } from "./describe.ts";
import { noMessage, noReadableRoom, noRoom, noSending, tooFast } from "./errors.ts";
import * as examples from "./examples.ts";
import { describePage, links } from "./pages.ts";
import { paging } from "./parameters.ts";

const { skip: _, ...pageAndSize } = paging;

const clientMessageId = {
  description:
    "Makes the request safe to repeat, as an `Idempotency-Key` header does: a repeat within the member's " +
    "last 32 sends to the room stores nothing new. 1 to 64 printable ASCII characters without spaces. " +
    "Default: none.",
  example: examples.clientMessage,
};

const reply = {
  content: {
    description:
      `The text, up to ${maxContentLength.toLocaleString("en")} characters after trimming. Required ` +
      "without `file_id`. Default: empty.",
    example: "The X-ray from this morning",
  },
  file_id: {
    description:
      "The id of an upload of the caller for this room that no message has yet. The message then has its " +
      "kind as `message_type`. Default: no file.",
    example: examples.file,
  },
  message_type: {
    description: "The type of the message, except `system`. With a file it may be left out. Default: `text`.",
    example: "image",
  },
  priority: { description: "The priority of the message. Default: `normal`.", example: "normal" },
  expires_in: {
    description:
      `Seconds after which the message destroys itself, 1 to ${maxLifetime.toLocaleString("en")} (a ` +
      "year). Default: never.",
    example: 86_400,
  },
  metadata: {
    description: "Free JSON to store with the message. Default: none.",
    example: { case_number: "2026-0131", tags: ["x-ray"] },
  },
  client_message_id: clientMessageId,
} as const;

const sendErrors = {
  invalid_input: "A field is not valid, or the file is not what its upload announced; then it is removed.",
  forbidden: `${noRoom} ${noSending}`,
  not_found: "The room has no such message to reply to, or the caller has no such upload for this room.",
  conflict: "The file is not uploaded yet, or another message has it.",
  rate_limited: tooFast,
};

const limit =
  `A member may send ${defaults.rateLimitPerSecond} messages a second to a room, and ` +
  `${defaults.rateLimitBurst} at once. Edits, deletions, restorations, reactions and pins count as ` +
  "messages. The limits are props of the stack.";

export const messageDescriptions = describeOperations(messageOperations, {
  listMessages: {
    description:
      "Lists the messages of a room. Each page is in the order of `seq`, and page 1 holds the newest. To " +
      "go on, follow `next`, which leads to older messages. Do not count pages: new messages move older " +
      "ones to the next page. Instead of `page`, `before` and `after` give the messages next to a `seq`. " +
      "`changed_since` gives the messages that were edited, deleted, restored, pinned or reacted to. " +
      "They are in the order of their last change, and `next` leads to later changes. Send one of these " +
      "three at most. `marks` says what each member has read and received, in all of the room.",
    query: {
      ...pageAndSize,
      before: {
        description:
          "Gives the newest messages below this `seq`. `next` leads to older ones. Default: not used.",
        example: 7,
      },
      after: {
        description:
          "Gives the oldest messages above this `seq`. `next` leads to newer ones. Default: not used.",
        example: 7,
      },
      changed_since: {
        description:
          "Gives the messages that were changed after this `rev` of the room, which the last 30 days have. " +
          "Default: not used.",
        example: 3,
      },
    },
    success: "Messages of the room, and the marks of its members.",
    errors: {
      forbidden: noReadableRoom,
      invalid_cursor: "More than one of `before`, `after` and `changed_since` was sent.",
      changes_expired:
        "The `rev` in `changed_since` is older than the changes that the room keeps, which is 30 days: fetch " +
        "its messages anew.",
    },
  },
  sendMessage: {
    description:
      "Sends a message to a room. To send a file, upload it first (see `createImageUpload` and its " +
      "like), then send its `file_id`. The file is checked, and removed if it is not what its upload " +
      `announced. ${limit}`,
    body: {
      ...reply,
      reply_to: {
        description: "The id of a message of the room that this one replies to. Default: no reply.",
        example: examples.earlierMessage,
      },
    },
    success: "The message, as stored.",
    repeated: "The message that an earlier request with the same client's id stored.",
    errors: sendErrors,
  },
  getMessage: {
    description: "Gets a message of a room that the caller is in, or of a public room.",
    success: "The message. `read_by` has up to 50 members.",
    errors: { forbidden: noReadableRoom, not_found: noMessage },
  },
  replyToMessage: {
    description: `The same as sending a message with \`reply_to\`. ${limit}`,
    body: reply,
    success: "The reply, as stored.",
    repeated: "The reply that an earlier request with the same client's id stored.",
    errors: sendErrors,
  },
  listReplies: {
    description:
      "Lists the replies to a message. Each page is in the order of `seq`, and page 1 holds the newest.",
    query: paging,
    success: "A page of the replies.",
    errors: { forbidden: noReadableRoom, not_found: noMessage },
  },
  forwardMessage: {
    description:
      "Sends a message again, as the caller's own, to other rooms of theirs. If one of the rooms takes " +
      "no message of the caller, or not yet (`rate_limited`), none gets it. A file is copied, so that " +
      "each room has its own. A message that destroys itself does so everywhere at the same time. " +
      `${limit}`,
    body: {
      room_ids: {
        description: `The ids of the rooms, 1 to ${maxForwards}. An id that is given twice counts once.`,
        example: [examples.otherRoom],
      },
      client_message_id: clientMessageId,
    },
    success: "The messages that were sent, in the order of `room_ids`.",
    repeated: "The messages that an earlier request with the same client's id sent.",
    errors: {
      forbidden: `${noReadableRoom} Or the caller may not send to one of the rooms.`,
      not_found: `${noMessage} Or it has destroyed itself.`,
      conflict: "The message is deleted, or its file is gone.",
      rate_limited: tooFast,
    },
  },
});

export const messageSchemas = [
  describePage(messagePage, {
    page: "A page of messages.",
    count: "How many messages the list has, on all pages. In a search: how many were found so far.",
    results: "The messages of this page.",
  }),
  describeObject(messageOperations.listMessages.success.schema, {
    description: "Messages of a room, and the marks of its members.",
    fields: {
      count: {
        description:
          "How many places the room has that the caller may see. With `changed_since`: how many messages " +
          "this answer has.",
        example: 7,
      },
      next: {
        ...links.next,
        description:
          "The URL that goes on: to older messages, or with `after` and `changed_since` to later ones. " +
          "Null at the end.",
      },
      previous: {
        ...links.previous,
        description: "The URL that leads back. Null at the start, and with `changed_since`.",
      },
      results: { description: "The messages." },
      marks: {
        description:
          "The present marks of each member. In rooms of over 200 members it has only the caller's own.",
      },
      rev: {
        description:
          "The revision up to which this answer is whole: hold it for the room. With `changed_since` it is " +
          "whole together with what the client held. Otherwise it is at most some moments old, and the " +
          "first page counts: fetch `changed_since` from it for the rest. It is below the `rev` of the room " +
          "while a change is in flight: ask again in a moment.",
        example: 3,
      },
    },
  }),
];
