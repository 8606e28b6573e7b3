import type { messageReadStateOperations } from "../../contract/read-state.ts";
import type { Handlers } from "../kernel/http/http.ts";
import { numberedPage, sliceOf } from "../kernel/http/page.ts";
import { accessMessageId } from "../receipts/access.ts";
import { type Marked, markMessagesRead } from "../receipts/mark-read.ts";
import { listUnreadMessages } from "./list-unread.ts";
import { getMessageStatus, updateMessageStatus } from "./status.ts";

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
