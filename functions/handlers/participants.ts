import type { participantOperations } from "../../contract/participants.ts";
import type { Handlers } from "../kernel/http/http.ts";
import { numberedPage, sliceOf } from "../kernel/http/page.ts";
import { accessReadableRoom } from "../rooms/access.ts";
import { addParticipants } from "../rooms/add-members.ts";
import { listParticipants } from "../rooms/participants.ts";
import { removeParticipant, updateParticipant } from "../rooms/remove-members.ts";

export const participantHandlers: Handlers<typeof participantOperations> = {
  listParticipants: async ({ actor, params, query, url }) => {
    const room = await accessReadableRoom(actor.userId, params.room_id);
    const list = await listParticipants(room, actor.userId, sliceOf(query));
    return numberedPage(url, query, { count: list.count, results: list.participants });
  },

  addParticipants: ({ actor, params, body }) =>
    addParticipants(actor.userId, params.room_id, body.user_ids, body.role),

  updateParticipant: ({ actor, params, body }) =>
    updateParticipant(actor.userId, params.room_id, params.user_id, body.role),

  removeParticipant: async ({ actor, params }) => {
    await removeParticipant(actor.userId, params.room_id, params.user_id);
    return undefined;
  },
};
