import type { roomReadStateOperations } from "../../contract/read-state.ts";
import type { Handlers } from "../kernel/http/http.ts";
import { type Marked, markMessagesRead, markReadUpTo, markRoomRead } from "./mark-read.ts";

function marked({ count }: Marked) {
  return { status: "marked as read" as const, count };
}

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
