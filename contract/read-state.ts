import * as z from "zod";
import { deferred } from "./deferred.ts";
import { message, messageStatus } from "./objects/message.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { id, timestamp } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { roomParams } from "./rooms.ts";

/** How many messages can be marked by their ids at once; more are marked up to a seq. */
export const maxMarkedMessages = 100;

export const messageIds = deferred(() => z.array(id()).min(1).max(maxMarkedMessages));
/** A message's `seq`, up to which everything is meant; beyond the last message it means all of them. */
export const upToSeq = deferred(() => z.int().nonnegative());

const marked = deferred(() =>
  z
    .object({
      status: z.literal("marked as read"),
      /** How many messages became read. */
      count: z.int().nonnegative(),
    })
    .meta({ id: "MarkedRead" }),
);

const messageMarked = deferred(() =>
  z
    .object({ status: z.literal("marked as read"), was_already_read: z.boolean() })
    .meta({ id: "MessageMarkedRead" }),
);

const memberStatus = () => ({
  user_id: z.string(),
  status: messageStatus(),
  /** When the mark that covers the message was last moved; null while it is `sent`, and for what one sent oneself. */
  updated_at: timestamp().nullable(),
});

const ownStatus = deferred(() =>
  z.object({ message_id: z.string(), ...memberStatus() }).meta({ id: "OwnMessageStatus" }),
);

const statusOfMessage = deferred(() =>
  z
    .object({
      message_id: z.string(),
      room: z.string(),
      /** As in the message: to its sender what others did with it, to anybody else what they did themselves. */
      status: messageStatus(),
      is_read: z.boolean(),
      /** How many members there are but the sender; `members` is one page of them, the longest-standing first. */
      count: z.int().nonnegative(),
      next: z.url().nullable(),
      previous: z.url().nullable(),
      members: z.array(z.object(memberStatus()).meta({ id: "MemberMessageStatus" })),
    })
    .meta({ id: "MessageStatus" }),
);

const messageParams = deferred(() => z.object({ message_id: id() }));
const roomMessageParams = deferred(() => z.object({ room_id: id(), message_id: id() }));

/** Served by the area of rooms. */
export const roomReadStateOperations = {
  markRoomRead: defineOperation({
    id: "markRoomRead",
    area: "rooms",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/mark_read",
    summary: "Mark messages of a room as read: all of them, some, or all up to one",
    description:
      "Without a body, everything that is in the room, what is just being sent or on its way to the caller too: a client that shows messages rather says which. `message_ids` names up to 100 messages, `up_to_seq` the last one; give one of the two at most.",
    auth: "user",
    params: roomParams,
    body: deferred(() =>
      z
        .object({ message_ids: messageIds().optional(), up_to_seq: upToSeq().optional() })
        .refine((body) => body.message_ids === undefined || body.up_to_seq === undefined, {
          error: "Give message_ids or up_to_seq, not both",
        }),
    ),
    success: { status: 200, schema: marked },
    errors: ["forbidden", "not_found"],
  }),
  markAllRead: defineOperation({
    id: "markAllRead",
    area: "rooms",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/mark-all-read",
    summary: "Mark everything in a room as read",
    auth: "user",
    params: roomParams,
    success: { status: 200, schema: marked },
    errors: ["forbidden"],
  }),
};

/** Served by the area of messages. */
export const messageReadStateOperations = {
  markMessageRead: defineOperation({
    id: "markMessageRead",
    area: "messages",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}/mark_read",
    summary: "Mark a message as read",
    auth: "user",
    params: roomMessageParams,
    success: { status: 200, schema: messageMarked },
    errors: ["forbidden", "not_found"],
  }),
  markMessageReadById: defineOperation({
    id: "markMessageReadById",
    area: "messages",
    method: "POST",
    path: "/api/chat/messages/{message_id}/mark-read",
    summary: "Mark a message as read, without naming its room",
    auth: "user",
    params: messageParams,
    success: { status: 200, schema: messageMarked },
    errors: ["forbidden", "not_found"],
  }),
  getMessageStatus: defineOperation({
    id: "getMessageStatus",
    area: "messages",
    method: "GET",
    path: "/api/chat/messages/{message_id}/status",
    summary: "Say where a message stands: as a whole, and with each member",
    description: "Somebody who joined after the message stays at `sent`: it was never theirs to read.",
    auth: "user",
    params: messageParams,
    query: pageQuery,
    success: { status: 200, schema: statusOfMessage },
    errors: ["forbidden", "not_found"],
  }),
  updateMessageStatus: defineOperation({
    id: "updateMessageStatus",
    area: "messages",
    method: "PUT",
    path: "/api/chat/messages/{message_id}/status",
    summary: "Say that one has received or read a message",
    description:
      "`delivered` counts for everything before the message too. A status never goes back: what is read stays read.",
    auth: "user",
    params: messageParams,
    body: deferred(() => z.object({ status: messageStatus().exclude(["sent"]) })),
    success: { status: 200, schema: ownStatus },
    errors: ["forbidden", "not_found"],
  }),
  listUnreadMessages: defineOperation({
    id: "listUnreadMessages",
    area: "messages",
    method: "GET",
    path: "/api/chat/messages/unread",
    summary: "List what one has not read, across all rooms",
    description:
      "The room with the latest activity comes first, and of each room the oldest message. `count` is the sum of the rooms' unread counts.",
    auth: "user",
    query: pageQuery,
    success: { status: 200, schema: pageOf("UnreadMessagePage", message) },
    errors: [],
  }),
};
