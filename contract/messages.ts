import * as z from "zod";
import { deferred } from "./deferred.ts";
import { message, messageType, priority } from "./objects/message.ts";
import { cursor, pageOf, pageQuery } from "./objects/page.ts";
import { clientMessageId, id, metadata, text } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { idempotencyHeaders, roomParams } from "./rooms.ts";

export const maxContentLength = 4000;

/** What a client says of a message that it sends, over HTTP and over the socket alike. */
export const draft = deferred(() =>
  z.object({
    content: text(1, maxContentLength),
    // `system` is what a server says; no client may speak in its name.
    message_type: messageType().exclude(["system"]).default("text"),
    reply_to: id().nullish(),
    priority: priority().default("normal"),
    metadata: metadata().nullish(),
    client_message_id: clientMessageId().nullish(),
  }),
);
export type Draft = z.output<ReturnType<typeof draft>>;

export const messageOperations = {
  listMessages: defineOperation({
    id: "listMessages",
    area: "messages",
    method: "GET",
    path: "/api/chat/rooms/{room_id}/messages",
    summary: "List messages, oldest first",
    description:
      "Page 1 holds the newest messages. Instead of `page`, `before` and `after` take a `seq` and give the messages next to it.",
    auth: "user",
    params: roomParams,
    query: deferred(() => pageQuery().extend({ before: cursor("before"), after: cursor("after") })),
    success: { status: 200, schema: pageOf("MessagePage", message) },
    errors: ["forbidden", "invalid_cursor"],
  }),
  sendMessage: defineOperation({
    id: "sendMessage",
    area: "messages",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/messages",
    summary: "Send a message",
    description:
      "With `client_message_id` in the body, or an `Idempotency-Key` header, a repeat is safe: the same message is answered with 200.",
    auth: "user",
    params: roomParams,
    headers: idempotencyHeaders,
    body: draft,
    success: { status: 201, schema: message },
    repeated: 200,
    errors: ["forbidden", "not_found", "conflict", "rate_limited"],
  }),
};
