import * as z from "zod";
import { deferred } from "./deferred.ts";
import { memberMarks, message, messageType, priority } from "./objects/message.ts";
import { cursor, pageOf, pageQuery } from "./objects/page.ts";
import { clientMessageId, id, metadata, text } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { idempotencyHeaders, roomParams } from "./rooms.ts";

export const maxContentLength = 4000;
/** The rooms that one call forwards a message to. */
export const maxForwards = 20;
/** Seconds: how long a message that destroys itself may last. */
export const maxLifetime = 365 * 24 * 60 * 60;

export const content = deferred(() => text(1, maxContentLength));

/** The fields of a message that a client sends, over HTTP and over the socket alike. */
export const draftFields = deferred(() =>
  z.object({
    /** A message with a file may have none. */
    content: text(0, maxContentLength).default(""),
    /** An upload of the sender's own for this room, which no message has yet (see attachments.ts). */
    file_id: id().nullish(),
    // `system` is what a server says; no client may speak in its name.
    message_type: messageType().exclude(["system"]).default("text"),
    reply_to: id().nullish(),
    priority: priority().default("normal"),
    /** Seconds after which the message destroys itself. */
    expires_in: z.int().min(1).max(maxLifetime).nullish(),
    metadata: metadata().nullish(),
    client_message_id: clientMessageId().nullish(),
  }),
);
export type Draft = z.output<ReturnType<typeof draftFields>>;

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** A draft whose fields are as given, and which says something, or carries a file. */
export const saysSomething = <S extends z.ZodObject>(fields: S): S =>
  fields.refine(({ content: words, file_id }) => words !== "" || !isAbsent(file_id), {
    path: ["content"],
    error: "must not be empty, unless the message has a file",
    // Also beside other problems, so that all are told at once.
    when: ({ value }) => typeof value === "object" && value !== null && !Array.isArray(value),
  });

export const draft = deferred(() => saysSomething(draftFields()));

export const messageParams = deferred(() => roomParams().extend({ message_id: id() }));
export const messagePage = pageOf("MessagePage", message);

const messageList = deferred(() =>
  messagePage()
    .extend({
      /**
       * What the members have read and received, as it is now: those whose marks are told in events too, the caller
       * among them. In rooms of over 200 members, the caller's own alone.
       */
      marks: z.array(memberMarks()),
    })
    .meta({ id: "MessageList" }),
);

export const messageOperations = {
  listMessages: defineOperation({
    id: "listMessages",
    area: "messages",
    method: "GET",
    path: "/api/chat/rooms/{room_id}/messages",
    summary: "List messages, oldest first",
    description:
      "Page 1 holds the newest messages. Follow `next`, which leads to what is older than the page: a `page` that a client counts itself is counted from the newest message on, so that messages which arrive meanwhile move what was seen already onto the next page. `marks` says what each member has read and received, of these messages and all others: a client applies it to what it holds. Instead of `page`, `before` and `after` take a `seq` and give the messages next to it. `changed_since` takes a `rev` and gives the messages that were edited, deleted, restored, pinned or reacted to since, in the order of their last change; there `count` is the number of messages in the answer, and `next` goes on with later changes.",
    auth: "user",
    params: roomParams,
    query: deferred(() =>
      // Its links go on with a seq.
      pageQuery()
        .omit({ skip: true })
        .extend({
          before: cursor("before"),
          after: cursor("after"),
          changed_since: cursor("changed_since"),
        }),
    ),
    success: { status: 200, schema: messageList },
    errors: ["forbidden", "invalid_cursor"],
  }),
  sendMessage: defineOperation({
    id: "sendMessage",
    area: "messages",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/messages",
    summary: "Send a message",
    description:
      "With `client_message_id` in the body, or an `Idempotency-Key` header, a repeat is safe: the same message is answered with 200. With `file_id` the message carries a file that was uploaded: it is looked at first, and refused and removed if it is not what it was said to be. What a member sends to a room and changes in it (edits, deletions, restorations, reactions, pins) is limited together: 429 says in `Retry-After` how long to wait.",
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
    description: "The same as sending a message with `reply_to`.",
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
    summary: "List the replies to a message, oldest first",
    description: "Page 1 holds the newest replies.",
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
    summary: "Forward a message to rooms of one's own",
    description:
      "Answers with the messages sent, in the order of `room_ids`. Where one of the rooms may not be sent to, or not yet again (`rate_limited`), none gets it. A message that destroys itself does so at the same time wherever it was forwarded to. A file is copied: each room has its own. `forwarded_from` is the id of the message, but not that of a direct room's in other rooms: there it is one that leads nowhere. With `client_message_id` in the body, or an `Idempotency-Key` header, a repeat is safe.",
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
