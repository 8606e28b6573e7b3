import type { roomOperations } from "../../contract/rooms.ts";
import { accessReadableRoom } from "../actions/access-room.ts";
import { joinRoom } from "../actions/add-members.ts";
import {
  activateRoom,
  archiveRoom,
  deleteRoom,
  updateNotifications,
  updatePermissions,
  updateRoom,
} from "../actions/change-room.ts";
import { createNewRoom, type Opened, openDirectRoom } from "../actions/create-room.ts";
import { listPublicRooms, searchRooms } from "../actions/find-rooms.ts";
import { listRooms } from "../actions/list-rooms.ts";
import { leaveRoom } from "../actions/remove-members.ts";
import { viewRoom } from "../actions/view-room.ts";
import { type Handlers, Repeated } from "../kernel/http/http.ts";
import { numberedPage, sliceOf } from "../kernel/http/page.ts";

const opened = ({ room, repeated }: Opened) => (repeated ? new Repeated(room) : room);

export const roomHandlers: Handlers<typeof roomOperations> = {
  listRooms: async ({ actor, query, url }) => {
    const { count, rooms } = await listRooms(actor.userId, sliceOf(query));
    return numberedPage(url, query, { count, results: rooms });
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

  updateRoom: ({ actor, params, body }) => updateRoom(actor.userId, params.room_id, body),

  replaceRoom: ({ actor, params, body }) => updateRoom(actor.userId, params.room_id, body),

  deleteRoom: async ({ actor, params }) => {
    await deleteRoom(actor.userId, params.room_id);
    return undefined;
  },

  joinRoom: ({ actor, params }) => joinRoom(actor, params.room_id),

  leaveRoom: async ({ actor, params }) => {
    await leaveRoom(actor.userId, params.room_id);
    return { status: "left room" };
  },

  archiveRoom: ({ actor, params }) => archiveRoom(actor.userId, params.room_id),

  activateRoom: ({ actor, params }) => activateRoom(actor.userId, params.room_id),

  listPublicRooms: async ({ actor, query, url }) => {
    const { count, rooms } = await listPublicRooms(actor.userId, query.q, sliceOf(query));
    return numberedPage(url, query, { count, results: rooms });
  },

  updatePermissions: ({ actor, params, body }) => updatePermissions(actor.userId, params.room_id, body),

  updateNotifications: ({ actor, params, body }) =>
    updateNotifications(actor.userId, params.room_id, {
      enabled: body.enabled,
      mutedUntil: body.muted_until,
    }),

  searchRooms: ({ actor, query }) => searchRooms(actor.userId, query.q),
};
