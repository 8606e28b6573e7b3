import * as z from "zod";
import { deferred } from "./deferred.ts";
import { message, messageStatus } from "./objects/message.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { id, timestamp } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { roomParams } from "./rooms.ts";

/** The most messages that one call marks by their ids. A client marks more of them up to a seq. */
export const maxMarkedMessages = 100;

export const messageIds = deferred(() => z.array(id()).min(1).max(maxMarkedMessages));
/** Means all messages up to this `seq`. Beyond the last message it means all of them. */
export const upToSeq = deferred(() => z.int().nonnegative());

const marked = deferred(() =>
  z
    .object({
      status: z.literal("marked as read"),
      count: z.int().nonnegative(),
    })
    .meta({ id: "MarkedRead" }),
);

const messageMarked = deferred(() =>
  z
    .object({ status: z.literal("marked as read"), was_already_read: z.boolean() })
    .meta({ id: "MessageMarkedRead" }),
);

function memberStatus() {
  return {
    user_id: z.string(),
    status: messageStatus(),
    updated_at: timestamp().nullable(),
  };
}

const ownStatus = deferred(() =>
  z.object({ message_id: z.string(), ...memberStatus() }).meta({ id: "OwnMessageStatus" }),
);

const statusOfMessage = deferred(() =>
  z
    .object({
      message_id: z.string(),
      room: z.string(),
      status: messageStatus(),
      is_read: z.boolean(),
      count: z.int().nonnegative(),
      next: z.url().nullable(),
      previous: z.url().nullable(),
      members: z.array(z.object(memberStatus()).meta({ id: "MemberMessageStatus" })),
    })
    .meta({ id: "MessageStatus" }),
);

const messageParams = deferred(() => z.object({ message_id: id() }));
const roomMessageParams = deferred(() => z.object({ room_id: id(), message_id: id() }));

/** The operations that the rooms function serves. */
export const roomReadStateOperations = {
  markRoomRead: defineOperation({
    id: "markRoomRead",
    area: "rooms",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/mark_read",
    summary: "Mark messages of a room as read",
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
    summary: "Mark all messages of a room as read",
    auth: "user",
    params: roomParams,
    success: { status: 200, schema: marked },
    errors: ["forbidden"],
  }),
};

/** The operations that the messages function serves. */
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
    summary: "Mark a message as read, by its id alone",
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
    summary: "Get the status of a message",
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
    summary: "Mark a message as delivered or read",
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
    summary: "List the caller's unread messages",
    auth: "user",
    query: pageQuery,
    success: { status: 200, schema: pageOf("UnreadMessagePage", message) },
    errors: [],
  }),
};
