import { maxReactionKinds, maxReactions } from "../../message-changes.ts";
import {
  lastMessage,
  memberMarks,
  message,
  messageEdit,
  messageStatus,
  messageType,
  priority,
  reactions,
} from "../../objects/message.ts";
import { describeObject, describeValue } from "../describe.ts";
import * as examples from "../examples.ts";

export const messageObjects = [
  describeValue(messageType, {
    description:
      "The type of a message. `image`, `file`, `audio` and `video` are messages with a file of that " +
      "kind. `system` is for messages of the server. `encrypted` messages are not searched. Parley " +
      "stores the other types as they are: clients decide what they mean.",
    example: "text",
  }),
  describeValue(priority, {
    description: "An `emergency` notifies all members, even those who muted the room.",
    example: "normal",
  }),
  describeValue(messageStatus, {
    description:
      "The status of a message. `sent`: stored. `delivered`: received. `read`: read. To its sender it " +
      "tells of the other members: one of them is enough. To any other caller it tells of themselves.",
    example: "read",
  }),
  describeValue(reactions, {
    description:
      "The ids of the users who reacted, by emoji. A message takes up to " +
      `${maxReactionKinds} different emoji and up to ${maxReactions.toLocaleString("en")} reactions.`,
    example: { "👍": [examples.grace] },
  }),
  describeObject(message, {
    description:
      "A message, as the caller sees it. A message that was deleted, or that has destroyed itself, keeps " +
      "its place: `is_deleted` is true, and its content, its file, its reactions and its metadata are " +
      "gone.",
    example: { forwarded_from: null, expires_at: null },
    fields: {
      id: { description: "The id of the message.", example: examples.message },
      room: { description: "The id of the room.", example: examples.room },
      seq: {
        description:
          "The place in the room, from 1. Messages are in the order of `seq`. A number is missing if its " +
          "message was never stored.",
        example: 7,
      },
      rev: {
        description: "The revision of the room that last changed the message; 0 if nothing changed it.",
        example: 3,
      },
      sender: { description: "The user who sent the message." },
      content: {
        description:
          "The text, up to 4,000 characters. Empty in a deleted message, and in some messages with a file.",
        example: "The X-ray from this morning",
      },
      message_type: { description: "The type of the message.", example: "image" },
      file_attachment: {
        description: "The URL that downloads the file: the `url` of the attachment. Null without a file.",
        example: "https://files.example.com/attachments/x-ray.png?X-Amz-Signature=8d3c",
      },
      file_name: { description: "The name of the file. Null without a file.", example: "x-ray.png" },
      file_size: { description: "The size of the file in bytes. Null without a file.", example: 482_133 },
      media_type: { description: "The media type of the file. Null without a file.", example: "image/png" },
      attachments: { description: "The files of the message: one, or none." },
      timestamp: { description: "When the message was sent.", example: examples.time },
      edited_at: {
        description: "When the message was last edited. Null if it never was.",
        example: examples.later,
      },
      is_edited: { description: "Whether the message was edited.", example: true },
      is_deleted: {
        description: "Whether the message was deleted, or has destroyed itself.",
        example: false,
      },
      reply_to: {
        description: "The id of the message that this one replies to, or null.",
        example: examples.earlierMessage,
      },
      reactions: { description: "The reactions to the message." },
      read_by: {
        description:
          "Members who have read the message, the longest-standing first: up to 50 in the answer for one " +
          "message, up to 10 elsewhere. In rooms of over 200 members it names some of them. `marks` of " +
          "the list of messages cover all.",
      },
      is_read: {
        description:
          "For the sender: whether another member has read the message. For others: whether they have.",
        example: true,
      },
      status: { description: "The status of the message.", example: "read" },
      priority: { description: "The priority of the message.", example: "normal" },
      pinned: { description: "Whether the message is pinned.", example: false },
      forwarded_from: {
        description:
          "The id of the message that this one forwards, or null. If that message is of a direct room, " +
          "other rooms get an id that leads to no message.",
        example: examples.earlierMessage,
      },
      expires_at: { description: "When the message destroys itself, or null.", example: examples.nextDay },
      client_message_id: {
        description: "The `client_message_id` or `Idempotency-Key` that it was sent with, or null.",
        example: examples.clientMessage,
      },
      metadata: { description: "The metadata that its sender stored with the message, or null." },
    },
  }),
  describeObject(messageEdit, {
    description: "A content that a message had before an edit.",
    fields: {
      version: {
        description: "1 for the first content, 2 for the content after the first edit.",
        example: 1,
      },
      content: { description: "The text of this version.", example: "The X-ray from yesterday" },
      timestamp: { description: "When this version was written.", example: examples.time },
    },
  }),
  describeObject(memberMarks, {
    description:
      "The marks of a member in a room. They concern the other members' messages above `joined_seq`. The " +
      "member has read a message if its `seq` is at most `up_to_seq`, or in `read_ahead`. They have " +
      "received it if they have read it, or if its `seq` is at most `delivered_up_to_seq`.",
    fields: {
      user_id: { description: "The id of the member.", example: examples.grace },
      joined_seq: { description: "The highest `seq` of the room when the member joined.", example: 0 },
      up_to_seq: { description: "The member has read all messages up to this `seq`.", example: 5 },
      read_ahead: {
        description: "The `seq` of each message above `up_to_seq` that the member has read or sent.",
        example: [7],
      },
      read_at: {
        description: "When the member last marked a message as read. Null if they never did.",
        example: examples.later,
      },
      delivered_up_to_seq: {
        description: "The member has received all messages up to this `seq`.",
        example: 7,
      },
      delivered_at: {
        description: "When the member last marked a message as received. Null if they never did.",
        example: examples.later,
      },
    },
  }),
  describeObject(lastMessage, {
    description: "The last message of a room in short.",
    fields: {
      id: { description: "The id of the message.", example: examples.message },
      seq: { description: "The place of the message in its room.", example: 7 },
      content: {
        description:
          "The beginning of the text: up to 160 characters, and up to 320 bytes of UTF-8. Empty if deleted.",
        example: "The X-ray from this morning",
      },
      message_type: { description: "The type of the message.", example: "image" },
      sender: { description: "The user who sent the message." },
      timestamp: { description: "When the message was sent.", example: examples.time },
      is_deleted: {
        description: "Whether the message was deleted, or has destroyed itself.",
        example: false,
      },
      is_read: {
        description:
          "For the sender: whether another member has read the message. For others: whether they have.",
        example: false,
      },
    },
  }),
];
