import type { participantOperations } from "../../contract/participants.ts";
import type { roomOperations } from "../../contract/rooms.ts";
import { type Handlers, Repeated } from "../kernel/http/http.ts";
import { numberedPage, sliceOf } from "../kernel/http/page.ts";
import { accessReadableRoom } from "./access.ts";
import { addParticipants, joinRoom } from "./add-members.ts";
import {
  activateRoom,
  archiveRoom,
  deleteRoom,
  updateNotifications,
  updatePermissions,
  updateRoom,
} from "./change.ts";
import { createNewRoom, type Opened, openDirectRoom } from "./create.ts";
import { listRooms } from "./list.ts";
import { listParticipants } from "./participants.ts";
import { leaveRoom, removeParticipant, updateParticipant } from "./remove-members.ts";
import { listPublicRooms, searchRooms } from "./search.ts";
import { viewRoom } from "./view.ts";

function opened({ room, repeated }: Opened) {
  return repeated ? new Repeated(room) : room;
}

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
