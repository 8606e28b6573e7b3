import type { messageChangeOperations } from "../../contract/message-changes.ts";
import type { messageOperations } from "../../contract/messages.ts";
import type { Message } from "../../contract/objects/message.ts";
import type { messageReadStateOperations } from "../../contract/read-state.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { type HandlerRequest, type Handlers, Repeated } from "../kernel/http/http.ts";
import { linkTo, numberedPage, sliceOf } from "../kernel/http/page.ts";
import { accessMessageId, noSuchMessage } from "../receipts/access.ts";
import { type Marked, markMessagesRead } from "../receipts/mark-read.ts";
import { accessReadableRoom } from "../rooms/access.ts";
import { accessMessage } from "./access.ts";
import { updateMessage } from "./change.ts";
import { deleteMessage, restoreMessage } from "./delete.ts";
import { listMessageHistory } from "./edit-history.ts";
import { forwardMessage } from "./forward.ts";
import { type HistoryPlace, listMessages, type MessageList } from "./list.ts";
import { listChangedMessages, settledRev } from "./list-changed.ts";
import { listUnreadMessages } from "./list-unread.ts";
import { pinMessage, unpinMessage } from "./pins.ts";
import { reactToMessage } from "./reactions.ts";
import { listPins, listReplies } from "./replies-and-pins.ts";
import { type Sent, sendMessage } from "./send.ts";
import { getMessageStatus, updateMessageStatus } from "./status.ts";
import { viewOneMessage } from "./view.ts";

interface PlaceQuery {
  readonly page: number;
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly changed_since?: number | undefined;
}

function accessOneCursor({ before, after, changed_since }: PlaceQuery): void {
  if ([before, after, changed_since].filter((cursor) => cursor !== undefined).length > 1)
    throw new ApiError("invalid_cursor", "Give one of before, after and changed_since.");
}

function placeOf({ page, before, after }: PlaceQuery): HistoryPlace {
  if (before !== undefined) return { before };
  return after === undefined ? { page } : { after };
}

/**
 * Returns the links in the direction of the list: to older messages, or with `after` to newer ones.
 * Page 1 is full even if some numbers hold no message, so it may reach further back than counted
 * pages do. Its next link therefore starts at its oldest message, like that of any page that is cut
 * short.
 */
function linksOf(url: URL, place: HistoryPlace, { messages, older, newer, isCut }: MessageList) {
  const toOlder =
    older && messages[0] ? linkTo(url, { before: messages[0].seq, after: undefined, page: undefined }) : null;
  if ("page" in place)
    return place.page === 1
      ? { next: toOlder, previous: null }
      : {
          next: isCut ? toOlder : older ? linkTo(url, { page: place.page + 1 }) : null,
          previous: linkTo(url, { page: place.page - 1 }),
        };
  const last = messages.at(-1);
  const toNewer = newer && last ? linkTo(url, { after: last.seq, before: undefined }) : null;
  return "before" in place ? { next: toOlder, previous: toNewer } : { next: toNewer, previous: toOlder };
}

/**
 * Returns the client's id of its message: from the body, or from the header that HTTP clients use.
 */
function idOf(
  body: { readonly client_message_id?: string | null | undefined },
  headers: { readonly "idempotency-key"?: string | undefined },
): string | undefined {
  return body.client_message_id ?? headers["idempotency-key"];
}

function answerOf({ message, repeated }: Sent) {
  return repeated ? new Repeated(message) : message;
}

export const messageHandlers: Handlers<typeof messageOperations> = {
  listMessages: async ({ actor, params, query, url }) => {
    accessOneCursor(query);
    const place = placeOf(query);
    const room = await accessReadableRoom(actor.userId, params.room_id);
    if (query.changed_since !== undefined) {
      const { changed_since, page_size } = query;
      const changed = await listChangedMessages(room, actor.userId, changed_since, page_size);
      const { messages, marks, rev, hasMore } = changed;
      const next = hasMore ? linkTo(url, { changed_since: rev }) : null;
      return { count: messages.length, next, previous: null, results: messages, marks, rev };
    }
    const [list, rev] = await Promise.all([
      listMessages(room, actor.userId, place, query.page_size),
      settledRev(room.head),
    ]);
    const { count, messages, marks } = list;
    return { count, ...linksOf(url, place, list), results: messages, marks, rev };
  },

  sendMessage: async ({ actor, params, body, headers }) =>
    answerOf(await sendMessage(actor, params.room_id, { ...body, client_message_id: idOf(body, headers) })),

  getMessage: async ({ actor, params }) => {
    const { room, message } = await accessMessage(actor.userId, params.room_id, params.message_id);
    const view = await viewOneMessage(room, actor.userId, message);
    if (!view) throw noSuchMessage();
    return view;
  },

  replyToMessage: async ({ actor, params, body, headers }) =>
    answerOf(
      await sendMessage(actor, params.room_id, {
        ...body,
        reply_to: params.message_id,
        client_message_id: idOf(body, headers),
      }),
    ),

  listReplies: async ({ actor, params, query, url }) => {
    const { room_id, message_id } = params;
    const { count, messages } = await listReplies(actor.userId, room_id, message_id, sliceOf(query));
    return numberedPage(url, query, { count, results: messages }, "reversed");
  },

  forwardMessage: async ({ actor, params, body, headers }) => {
    const sent = await forwardMessage(actor, params.room_id, params.message_id, {
      roomIds: body.room_ids,
      clientMessageId: idOf(body, headers),
    });
    const results = sent.map(({ message }) => message);
    const page = { count: results.length, next: null, previous: null, results };
    return sent.every(({ repeated }) => repeated) ? new Repeated(page) : page;
  },
};

type Update = Pick<HandlerRequest<typeof messageChangeOperations.updateMessage>, "actor" | "params" | "body">;

function update({ actor, params, body }: Update): Promise<Message> {
  return updateMessage(actor, params.room_id, params.message_id, body.content);
}

export const messageChangeHandlers: Handlers<typeof messageChangeOperations> = {
  updateMessage: update,
  replaceMessage: update,

  deleteMessage: async ({ actor, params }) => {
    await deleteMessage(actor, params.room_id, params.message_id);
  },

  restoreMessage: async ({ actor, params }) => restoreMessage(actor, params.room_id, params.message_id),

  listMessageHistory: async ({ actor, params, query, url }) => {
    const { count, edits } = await listMessageHistory(
      actor.userId,
      params.room_id,
      params.message_id,
      sliceOf(query),
    );
    return numberedPage(url, query, { count, results: edits });
  },

  reactToMessage: async ({ actor, params, body }) => ({
    reactions: await reactToMessage(actor, params.room_id, params.message_id, body),
    message: body.action === "add" ? "Reaction added" : "Reaction removed",
  }),

  pinMessage: async ({ actor, params }) => pinMessage(actor, params.room_id, params.message_id),

  unpinMessage: async ({ actor, params }) => {
    await unpinMessage(actor, params.room_id, params.message_id);
  },

  listPins: async ({ actor, params, query, url }) => {
    const { count, messages } = await listPins(actor.userId, params.room_id, sliceOf(query));
    return numberedPage(url, query, { count, results: messages }, "reversed");
  },
};

function messageMarked({ wasRead }: Marked) {
  return {
    status: "marked as read" as const,
    was_already_read: wasRead,
  };
}

export const messageReadStateHandlers: Handlers<typeof messageReadStateOperations> = {
  markMessageRead: async ({ actor, params }) =>
    messageMarked(await markMessagesRead(actor.userId, params.room_id, [params.message_id])),

  markMessageReadById: async ({ actor, params }) => {
    const { roomId } = accessMessageId(params.message_id);
    return messageMarked(await markMessagesRead(actor.userId, roomId, [params.message_id]));
  },

  getMessageStatus: async ({ actor, params, query, url }) => {
    const { messageId, roomId, marks, count, members } = await getMessageStatus(
      actor.userId,
      params.message_id,
      sliceOf(query),
    );
    const { results, ...paging } = numberedPage(url, query, { count, results: members });
    return {
      message_id: messageId,
      room: roomId,
      status: marks.status,
      is_read: marks.isRead,
      ...paging,
      members: results,
    };
  },

  updateMessageStatus: ({ actor, params, body }) =>
    updateMessageStatus(actor.userId, params.message_id, body.status),

  listUnreadMessages: async ({ actor, query, url }) => {
    const { count, messages } = await listUnreadMessages(actor.userId, sliceOf(query));
    return numberedPage(url, query, { count, results: messages });
  },
};
