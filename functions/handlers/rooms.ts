import type { roomOperations } from "../../contract/rooms.ts";
import { accessReadableRoom } from "../actions/access-room.ts";
import { createNewRoom, type Opened, openDirectRoom } from "../actions/create-room.ts";
import { listRooms } from "../actions/list-rooms.ts";
import { viewRoom } from "../actions/view-room.ts";
import { type Handlers, Repeated } from "../kernel/http.ts";
import { numberedPage } from "../kernel/page.ts";

const opened = ({ room, repeated }: Opened) => (repeated ? new Repeated(room) : room);

export const roomHandlers: Handlers<typeof roomOperations> = {
  listRooms: async ({ actor, query, url }) => {
    const { count, rooms } = await listRooms(actor.userId, { number: query.page, size: query.page_size });
    return numberedPage(url, query.page, query.page_size, { count, results: rooms });
  },

  createRoom: async ({ actor, body, headers }) =>
    opened(
      await createNewRoom(actor, {
        name: body.name ?? null,
        type: body.room_type,
        participantIds: body.participant_ids,
        details: { description: body.description ?? null, tags: body.tags },
        idempotencyKey: headers["idempotency-key"],
      }),
    ),

  openDirectRoom: async ({ actor, body }) => opened(await openDirectRoom(actor, body.user_id)),

  getRoom: async ({ actor, params }) =>
    viewRoom(await accessReadableRoom(actor.userId, params.room_id), actor.userId),
};
