import { maxMarkedMessages, messageReadStateOperations, roomReadStateOperations } from "../read-state.ts";
import { describeObject, describeOperations } from "./describe.ts";
import { noMessage, noReadableRoom } from "./errors.ts";
import * as examples from "./examples.ts";
import { describePage, links } from "./pages.ts";
import { paging } from "./parameters.ts";

const notMember = "The caller is not a member of the room, or there is no such room.";

export const roomReadStateDescriptions = describeOperations(roomReadStateOperations, {
  markRoomRead: {
    description:
      "Marks messages of a room as read by the caller. `message_ids` marks single messages, `up_to_seq` " +
      "all messages up to one. Send one of the two at most. Without them, all messages are marked, also " +
      "those that are being sent or are on their way to the caller. A client that shows messages does " +
      "better to say which.",
    body: {
      message_ids: {
        description:
          `The ids of the messages, 1 to ${maxMarkedMessages}. All are marked, or none. Default: not ` +
          "used.",
        example: [examples.message],
      },
      up_to_seq: {
        description:
          "Marks all messages up to this `seq`. A number beyond the last message means all of them. " +
          "Default: not used.",
        example: 7,
      },
    },
    bodyExample: { message_ids: [examples.message] },
    success: "How many messages became read.",
    errors: { forbidden: notMember, not_found: noMessage },
  },
  markAllRead: {
    description: "Marks all messages of a room as read by the caller.",
    success: "How many messages became read.",
    errors: { forbidden: notMember },
  },
});

export const messageReadStateDescriptions = describeOperations(messageReadStateOperations, {
  markMessageRead: {
    description: "Marks one message as read by the caller. Messages before it stay as they are.",
    success: "Whether the message was read before.",
    errors: { forbidden: notMember, not_found: noMessage },
  },
  markMessageReadById: {
    description: "The same as `markMessageRead`, without the id of the room.",
    success: "Whether the message was read before.",
    errors: { forbidden: notMember, not_found: noMessage },
  },
  getMessageStatus: {
    description:
      "Gets the status of a message, as a whole and for each member other than the sender. Members who " +
      "joined after the message stay at `sent`: it was never theirs to read.",
    query: paging,
    success: "The status of the message, and a page of the members' own.",
    errors: { forbidden: noReadableRoom, not_found: noMessage },
  },
  updateMessageStatus: {
    description:
      "Marks a message as received or read by the caller. `delivered` counts for all messages before it, " +
      "too; `read` for this one only. A status never goes back.",
    body: { status: { description: "The new status: `delivered` or `read`.", example: "read" } },
    success: "The status of the message for the caller.",
    errors: { forbidden: notMember, not_found: noMessage },
  },
  listUnreadMessages: {
    description:
      "Lists the messages that the caller has not read, in all their rooms. The most recently active " +
      "room comes first, and in each room the oldest message.",
    query: paging,
    success: "A page of unread messages.",
    errors: {},
  },
});

const memberFields = {
  user_id: { description: "The id of the member.", example: examples.grace },
  status: { description: "The status of the message for this member.", example: "read" },
  updated_at: {
    description: "When the member's mark last moved. Null while the status is `sent`, and for the sender.",
    example: examples.later,
  },
} as const;

export const readStateSchemas = [
  describeObject(roomReadStateOperations.markRoomRead.success.schema, {
    description: "Messages were marked as read.",
    fields: {
      status: { description: "Always `marked as read`.", example: "marked as read" },
      count: { description: "How many messages became read by this request.", example: 2 },
    },
  }),
  describeObject(messageReadStateOperations.markMessageRead.success.schema, {
    description: "A message was marked as read.",
    fields: {
      status: { description: "Always `marked as read`.", example: "marked as read" },
      was_already_read: { description: "Whether the message was read before this request.", example: false },
    },
  }),
  describeObject(messageReadStateOperations.getMessageStatus.success.schema, {
    description: "The status of a message, as a whole and for its members.",
    fields: {
      message_id: { description: "The id of the message.", example: examples.message },
      room: { description: "The id of the room.", example: examples.room },
      status: {
        description: "To the sender: what any other member did with it. To others: what they did themselves.",
        example: "read",
      },
      is_read: {
        description:
          "For the sender: whether another member has read the message. For others: whether they have.",
        example: true,
      },
      count: { description: "How many members the room has, without the sender.", example: 1 },
      ...links,
      members: { description: "The members of this page, the longest-standing first." },
    },
  }),
  describeObject(() => messageReadStateOperations.getMessageStatus.success.schema().shape.members.element, {
    description: "The status of a message for one member.",
    fields: memberFields,
  }),
  describeObject(messageReadStateOperations.updateMessageStatus.success.schema, {
    description: "The status of a message for the caller.",
    fields: {
      message_id: { description: "The id of the message.", example: examples.message },
      ...memberFields,
      user_id: { description: "The id of the caller.", example: examples.ada },
    },
  }),
  describePage(messageReadStateOperations.listUnreadMessages.success.schema, {
    page: "A page of unread messages.",
    count: "How many messages the caller has not read, in all rooms.",
    results: "The messages of this page.",
  }),
];
