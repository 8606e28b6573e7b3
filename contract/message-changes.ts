import * as z from "zod";
import { deferred } from "./deferred.ts";
import { content, messagePage, messageParams } from "./messages.ts";
import { emoji } from "./objects/emoji.ts";
import { message, messageEdit, reactions } from "./objects/message.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { defineOperation } from "./operation.ts";
import { roomParams } from "./rooms.ts";

/** Different emoji that a message can be reacted to with. */
export const maxReactionKinds = 50;
/**
 * Reactions in all: each is the id of a user, kept with the message, and an event that tells of them must fit into what
 * the gateway posts, 128 KB. The ids of Cognito's users have 36 characters; those of another issuer's may have 255, and
 * then fewer fit.
 */
export const maxReactions = 1000;
export const maxReactionBytes = 50_000;

const edit = deferred(() => z.object({ content: content() }));
const editDescription =
  "Only the author may. What it said before stays readable in its history. The type, the metadata and everything else stay as they are.";

/** What happens to messages after they were sent. Each change raises the room's `rev`, and counts as a message to the rate limit. */
export const messageChangeOperations = {
  updateMessage: defineOperation({
    id: "updateMessage",
    area: "messages",
    method: "PATCH",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}",
    summary: "Edit a message",
    description: editDescription,
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
    summary: "Edit a message (the same as PATCH)",
    description: editDescription,
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
    description:
      "The author may, and an admin of a room that is not direct. The message keeps its place, with empty content, and can be restored. Its file is removed for good.",
    auth: "user",
    params: messageParams,
    success: { status: 204, schema: null },
    errors: ["forbidden", "not_found", "conflict", "rate_limited"],
  }),
  restoreMessage: defineOperation({
    id: "restoreMessage",
    area: "messages",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}/restore",
    summary: "Restore a deleted message",
    description:
      "Who deleted it may, if they still may delete it, and an admin of a room that is not direct; nobody, if an administrator removed it. A pin and a file are not restored; a message that was nothing but a file is gone.",
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
    summary: "List what a message said before it was edited, oldest first",
    description: "A deleted message shows none.",
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
    description: `Each member reacts once with each emoji. A message takes ${maxReactionKinds} different emoji, and ${maxReactions} reactions in all, or fewer where the ids of users are long: together they have up to ${maxReactionBytes / 1000} KB.`,
    auth: "user",
    params: messageParams,
    body: deferred(() => z.object({ emoji: emoji(), action: z.enum(["add", "remove"]).default("add") })),
    success: {
      status: 200,
      schema: deferred(() => z.object({ reactions: reactions(), message: z.string() })),
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
    errors: ["forbidden", "not_found", "conflict", "rate_limited"],
  }),
  listPins: defineOperation({
    id: "listPins",
    // It answers with messages, and so is served where messages are made.
    area: "messages",
    method: "GET",
    path: "/api/chat/rooms/{room_id}/pins",
    summary: "List the pinned messages of a room, oldest first",
    description: "Page 1 holds the newest messages.",
    auth: "user",
    params: roomParams,
    query: pageQuery,
    success: { status: 200, schema: messagePage },
    errors: ["forbidden"],
  }),
};
