import * as z from "zod";
import { deferred } from "./deferred.ts";
import { content, messagePage, messageParams } from "./messages.ts";
import { emoji } from "./objects/emoji.ts";
import { message, messageEdit, reactions } from "./objects/message.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { defineOperation } from "./operation.ts";
import { roomParams } from "./rooms.ts";

/** The most different emoji that the reactions to one message may have. */
export const maxReactionKinds = 50;
/**
 * The most reactions to one message. Each is a user's id that is stored with the message, and the
 * event that publishes them must fit into the 128 KB that the gateway posts. A Cognito user's id
 * has 36 characters. An external issuer's ids may have 255, and then fewer reactions fit.
 */
export const maxReactions = 1000;
export const maxReactionBytes = 50_000;

const edit = deferred(() => z.object({ content: content() }));

/**
 * Changes of messages that were sent. Each raises the room's `rev`, and counts as a message for the
 * rate limit.
 */
export const messageChangeOperations = {
  updateMessage: defineOperation({
    id: "updateMessage",
    area: "messages",
    method: "PATCH",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}",
    summary: "Edit a message",
    auth: "user",
    params: messageParams,
    body: edit,
    success: { status: 200, schema: message },
    errors: ["forbidden", "not_found", "conflict", "rate_limited"],
  }),
  replaceMessage: defineOperation({
    id: "replaceMessage",
    area: "messages",
    method: "PUT",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}",
    summary: "Edit a message (as PATCH does)",
    auth: "user",
    params: messageParams,
    body: edit,
    success: { status: 200, schema: message },
    errors: ["forbidden", "not_found", "conflict", "rate_limited"],
  }),
  deleteMessage: defineOperation({
    id: "deleteMessage",
    area: "messages",
    method: "DELETE",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}",
    summary: "Delete a message",
    auth: "user",
    params: messageParams,
    success: { status: 204, schema: null },
    errors: ["forbidden", "not_found", "rate_limited"],
  }),
  restoreMessage: defineOperation({
    id: "restoreMessage",
    area: "messages",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}/restore",
    summary: "Restore a deleted message",
    auth: "user",
    params: messageParams,
    success: { status: 200, schema: message },
    errors: ["forbidden", "not_found", "conflict", "rate_limited"],
  }),
  listMessageHistory: defineOperation({
    id: "listMessageHistory",
    area: "messages",
    method: "GET",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}/history",
    summary: "List the earlier contents of a message",
    auth: "user",
    params: messageParams,
    query: pageQuery,
    success: { status: 200, schema: pageOf("MessageEditPage", messageEdit) },
    errors: ["forbidden", "not_found"],
  }),
  reactToMessage: defineOperation({
    id: "reactToMessage",
    area: "messages",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}/react",
    summary: "Add or remove a reaction",
    auth: "user",
    params: messageParams,
    body: deferred(() => z.object({ emoji: emoji(), action: z.enum(["add", "remove"]).default("add") })),
    success: {
      status: 200,
      schema: deferred(() =>
        z.object({ reactions: reactions(), message: z.string() }).meta({ id: "ReactionResult" }),
      ),
    },
    errors: ["forbidden", "not_found", "conflict", "rate_limited"],
  }),
  pinMessage: defineOperation({
    id: "pinMessage",
    area: "messages",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}/pin",
    summary: "Pin a message",
    auth: "user",
    params: messageParams,
    success: { status: 200, schema: message },
    errors: ["forbidden", "not_found", "conflict", "rate_limited"],
  }),
  unpinMessage: defineOperation({
    id: "unpinMessage",
    area: "messages",
    method: "DELETE",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}/pin",
    summary: "Unpin a message",
    auth: "user",
    params: messageParams,
    success: { status: 204, schema: null },
    errors: ["forbidden", "not_found", "rate_limited"],
  }),
  listPins: defineOperation({
    id: "listPins",
    // Its answer holds messages, so the function that presents messages serves it.
    area: "messages",
    method: "GET",
    path: "/api/chat/rooms/{room_id}/pins",
    summary: "List a room's pinned messages",
    auth: "user",
    params: roomParams,
    query: pageQuery,
    success: { status: 200, schema: messagePage },
    errors: ["forbidden"],
  }),
};
