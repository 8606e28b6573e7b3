import type { messageReadStateOperations, roomReadStateOperations } from "../../contract/read-state.ts";
import type { Handlers } from "../kernel/http/http.ts";
import { numberedPage, sliceOf } from "../kernel/http/page.ts";
import { listUnreadMessages } from "../messages/list-unread.ts";
import { getMessageStatus, updateMessageStatus } from "../messages/status.ts";
import { accessMessageId } from "./access.ts";
import { type Marked, markMessagesRead, markReadUpTo, markRoomRead } from "./mark-read.ts";

const marked = ({ count }: Marked) => ({ status: "marked as read" as const, count });
const messageMarked = ({ wasRead }: Marked) => ({
  status: "marked as read" as const,
  was_already_read: wasRead,
});

export const roomReadStateHandlers: Handlers<typeof roomReadStateOperations> = {
  markRoomRead: async ({ actor, params, body }) => {
    if (body.message_ids)
      return marked(await markMessagesRead(actor.userId, params.room_id, body.message_ids));
    if (body.up_to_seq !== undefined)
      return marked(await markReadUpTo(actor.userId, params.room_id, body.up_to_seq));
    return marked(await markRoomRead(actor.userId, params.room_id));
  },

  markAllRead: async ({ actor, params }) => marked(await markRoomRead(actor.userId, params.room_id)),
};

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
