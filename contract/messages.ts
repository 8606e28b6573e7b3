import * as z from "zod";
import { deferred } from "./deferred.ts";
import { memberMarks, message, messageType, priority } from "./objects/message.ts";
import { cursor, pageOf, pageQuery } from "./objects/page.ts";
import { clientMessageId, id, metadata, text } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { idempotencyHeaders, roomParams } from "./rooms.ts";

export const maxContentLength = 4000;
/** The most rooms that one call forwards a message to. */
export const maxForwards = 20;
/** Seconds, a year: the longest time after which a message can destroy itself. */
export const maxLifetime = 365 * 24 * 60 * 60;

export const content = deferred(() => text(1, maxContentLength));

/** The fields of a message that a client sends, both over HTTP and over the WebSocket. */
export const draftFields = deferred(() =>
  z.object({
    // Empty only in a message with a file (see `saysSomething`).
    content: text(0, maxContentLength).default(""),
    file_id: id().nullish(),
    // `system` is for messages of the server: no client may send one.
    message_type: messageType().exclude(["system"]).default("text"),
    reply_to: id().nullish(),
    priority: priority().default("normal"),
    expires_in: z.int().min(1).max(maxLifetime).nullish(),
    metadata: metadata().nullish(),
    client_message_id: clientMessageId().nullish(),
  }),
);
export type Draft = z.output<ReturnType<typeof draftFields>>;

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** Requires that a draft has content or a file. */
export function saysSomething<S extends z.ZodObject>(fields: S): S {
  return fields.refine(({ content: words, file_id }) => words !== "" || !isAbsent(file_id), {
    path: ["content"],
    error: "must not be empty, unless the message has a file",
    // Checked also if other fields are invalid, so that one answer names all problems.
    when: ({ value }) => typeof value === "object" && value !== null && !Array.isArray(value),
  });
}

export const draft = deferred(() => saysSomething(draftFields()));

export const messageParams = deferred(() => roomParams().extend({ message_id: id() }));
export const messagePage = pageOf("MessagePage", message);

const messageList = deferred(() =>
  messagePage()
    .extend({
      marks: z.array(memberMarks()),
      rev: z.int().nonnegative(),
    })
    .meta({ id: "MessageList" }),
);

export const messageOperations = {
  listMessages: defineOperation({
    id: "listMessages",
    area: "messages",
    method: "GET",
    path: "/api/chat/rooms/{room_id}/messages",
    summary: "List a room's messages",
    auth: "user",
    params: roomParams,
    query: deferred(() =>
      // Its links continue from a seq, so no answer needs `skip`.
      pageQuery()
        .omit({ skip: true })
        .extend({
          before: cursor("before"),
          after: cursor("after"),
          changed_since: cursor("changed_since"),
        }),
    ),
    success: { status: 200, schema: messageList },
    errors: ["forbidden", "invalid_cursor", "changes_expired"],
  }),
  sendMessage: defineOperation({
    id: "sendMessage",
    area: "messages",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/messages",
    summary: "Send a message",
    auth: "user",
    params: roomParams,
    headers: idempotencyHeaders,
    body: draft,
    success: { status: 201, schema: message },
    repeated: 200,
    errors: ["forbidden", "not_found", "conflict", "rate_limited"],
  }),
  getMessage: defineOperation({
    id: "getMessage",
    area: "messages",
    method: "GET",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}",
    summary: "Get a message",
    auth: "user",
    params: messageParams,
    success: { status: 200, schema: message },
    errors: ["forbidden", "not_found"],
  }),
  replyToMessage: defineOperation({
    id: "replyToMessage",
    area: "messages",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}/reply",
    summary: "Reply to a message",
    auth: "user",
    params: messageParams,
    headers: idempotencyHeaders,
    body: deferred(() => saysSomething(draftFields().omit({ reply_to: true }))),
    success: { status: 201, schema: message },
    repeated: 200,
    errors: ["forbidden", "not_found", "conflict", "rate_limited"],
  }),
  listReplies: defineOperation({
    id: "listReplies",
    area: "messages",
    method: "GET",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}/replies",
    summary: "List the replies to a message",
    auth: "user",
    params: messageParams,
    query: pageQuery,
    success: { status: 200, schema: messagePage },
    errors: ["forbidden", "not_found"],
  }),
  forwardMessage: defineOperation({
    id: "forwardMessage",
    area: "messages",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/messages/{message_id}/forward",
    summary: "Forward a message to other rooms",
    auth: "user",
    params: messageParams,
    headers: idempotencyHeaders,
    body: deferred(() =>
      z.object({
        room_ids: z.array(id()).min(1).max(maxForwards),
        client_message_id: clientMessageId().nullish(),
      }),
    ),
    success: { status: 201, schema: messagePage },
    repeated: 200,
    errors: ["forbidden", "not_found", "conflict", "rate_limited"],
  }),
};
