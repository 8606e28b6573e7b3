import type { messageChangeOperations } from "../../contract/message-changes.ts";
import type { Message } from "../../contract/objects/message.ts";
import type { HandlerRequest, Handlers } from "../kernel/http/http.ts";
import { numberedPage, sliceOf } from "../kernel/http/page.ts";
import { updateMessage } from "../messages/change.ts";
import { deleteMessage, restoreMessage } from "../messages/delete.ts";
import { listMessageHistory } from "../messages/edit-history.ts";
import { pinMessage, unpinMessage } from "../messages/pins.ts";
import { reactToMessage } from "../messages/reactions.ts";
import { listPins } from "../messages/replies-and-pins.ts";

type Update = Pick<HandlerRequest<typeof messageChangeOperations.updateMessage>, "actor" | "params" | "body">;

const update = ({ actor, params, body }: Update): Promise<Message> =>
  updateMessage(actor, params.room_id, params.message_id, body.content);

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
