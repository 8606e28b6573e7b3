import * as z from "zod";
import { deferred } from "./deferred.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { rolePermissions, room, roomType } from "./objects/room.ts";
import { clientMessageId, id, instant, text } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

/** The most users that a room can be created with. Further ones are added afterwards. */
export const maxInitialParticipants = 1000;

export const roomParams = deferred(() => z.object({ room_id: id() }));
export const idempotencyHeaders = deferred(() =>
  z.object({ "idempotency-key": clientMessageId().optional() }),
);

const roomName = deferred(() => text(1, 100).nullish());
const description = deferred(() => text(1, 1000).nullish());
/** The tags of a room, each stored once. */
const tags = deferred(() =>
  z
    .array(text(1, 50))
    .max(20)
    .overwrite((all) => [...new Set(all)]),
);

/** Changes of a room. Null empties a field; an absent field stays as it is. */
const roomChanges = deferred(() =>
  z.object({ name: roomName(), description: description(), tags: tags().optional() }),
);
export type RoomChanges = z.output<ReturnType<typeof roomChanges>>;

/** Changes of permissions. An absent one stays as it is. */
const permissionChanges = deferred(() =>
  z.object({
    admin: rolePermissions().partial().default({}),
    member: rolePermissions().partial().default({}),
  }),
);
export type PermissionChanges = z.output<ReturnType<typeof permissionChanges>>;

const roomPage = pageOf("RoomPage", room);

const search = deferred(() => text(1, 100));

export const roomOperations = {
  listRooms: defineOperation({
    id: "listRooms",
    area: "rooms",
    method: "GET",
    path: "/api/chat/rooms",
    summary: "List the caller's rooms",
    auth: "user",
    query: pageQuery,
    success: { status: 200, schema: roomPage },
    errors: [],
  }),
  createRoom: defineOperation({
    id: "createRoom",
    area: "rooms",
    method: "POST",
    path: "/api/chat/rooms",
    summary: "Create a room",
    auth: "user",
    headers: idempotencyHeaders,
    body: deferred(() =>
      z.object({
        name: roomName(),
        room_type: roomType(),
        participant_ids: z.array(id()).max(maxInitialParticipants).default([]),
        description: description(),
        tags: tags().default([]),
      }),
    ),
    success: { status: 201, schema: room },
    repeated: 200,
    errors: ["forbidden", "not_found", "conflict"],
  }),
  openDirectRoom: defineOperation({
    id: "openDirectRoom",
    area: "rooms",
    method: "POST",
    path: "/api/chat/rooms/direct_message",
    summary: "Open the direct room with a user",
    auth: "user",
    body: deferred(() => z.object({ user_id: id() })),
    success: { status: 201, schema: room },
    repeated: 200,
    errors: ["forbidden", "not_found"],
  }),
  // Before getRoom: the router takes the first path that matches, and `public` matches `{room_id}`.
  listPublicRooms: defineOperation({
    id: "listPublicRooms",
    area: "rooms",
    method: "GET",
    path: "/api/chat/rooms/public",
    summary: "List the public rooms",
    auth: "user",
    query: deferred(() => pageQuery().extend({ q: search().optional() })),
    success: { status: 200, schema: roomPage },
    errors: [],
  }),
  getRoom: defineOperation({
    id: "getRoom",
    area: "rooms",
    method: "GET",
    path: "/api/chat/rooms/{room_id}",
    summary: "Get a room",
    auth: "user",
    params: roomParams,
    success: { status: 200, schema: room },
    errors: ["forbidden"],
  }),
  updateRoom: defineOperation({
    id: "updateRoom",
    area: "rooms",
    method: "PATCH",
    path: "/api/chat/rooms/{room_id}",
    summary: "Change a room's name, description or tags",
    auth: "user",
    params: roomParams,
    body: roomChanges,
    success: { status: 200, schema: room },
    errors: ["forbidden"],
  }),
  replaceRoom: defineOperation({
    id: "replaceRoom",
    area: "rooms",
    method: "PUT",
    path: "/api/chat/rooms/{room_id}",
    summary: "Change a room's name, description or tags (as PATCH does)",
    auth: "user",
    params: roomParams,
    body: roomChanges,
    success: { status: 200, schema: room },
    errors: ["forbidden"],
  }),
  deleteRoom: defineOperation({
    id: "deleteRoom",
    area: "rooms",
    method: "DELETE",
    path: "/api/chat/rooms/{room_id}",
    summary: "Delete a room",
    auth: "user",
    params: roomParams,
    success: { status: 204, schema: null },
    errors: ["forbidden"],
  }),
  joinRoom: defineOperation({
    id: "joinRoom",
    area: "rooms",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/join",
    summary: "Join a public room",
    auth: "user",
    params: roomParams,
    success: { status: 200, schema: room },
    errors: ["forbidden"],
  }),
  leaveRoom: defineOperation({
    id: "leaveRoom",
    area: "rooms",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/leave",
    summary: "Leave a room",
    auth: "user",
    params: roomParams,
    success: {
      status: 200,
      schema: deferred(() => z.object({ status: z.literal("left room") }).meta({ id: "RoomLeft" })),
    },
    errors: ["forbidden"],
  }),
  archiveRoom: defineOperation({
    id: "archiveRoom",
    area: "rooms",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/archive",
    summary: "Archive a room",
    auth: "user",
    params: roomParams,
    success: { status: 200, schema: room },
    errors: ["forbidden"],
  }),
  activateRoom: defineOperation({
    id: "activateRoom",
    area: "rooms",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/activate",
    summary: "Take a room out of the archive",
    auth: "user",
    params: roomParams,
    success: { status: 200, schema: room },
    errors: ["forbidden"],
  }),
  updatePermissions: defineOperation({
    id: "updatePermissions",
    area: "rooms",
    method: "PUT",
    path: "/api/chat/rooms/{room_id}/permissions",
    summary: "Change what each role of a room may do",
    auth: "user",
    params: roomParams,
    body: permissionChanges,
    success: { status: 200, schema: room },
    errors: ["forbidden", "conflict"],
  }),
  updateNotifications: defineOperation({
    id: "updateNotifications",
    area: "rooms",
    method: "PUT",
    path: "/api/chat/rooms/{room_id}/notifications",
    summary: "Change the caller's notification settings for a room",
    auth: "user",
    params: roomParams,
    body: deferred(() => z.object({ enabled: z.boolean().optional(), muted_until: instant().nullish() })),
    success: { status: 200, schema: room },
    errors: ["forbidden"],
  }),
  searchRooms: defineOperation({
    id: "searchRooms",
    area: "rooms",
    method: "GET",
    path: "/api/chat/search/rooms",
    summary: "Search the caller's rooms",
    auth: "user",
    query: deferred(() => z.object({ q: search() })),
    success: { status: 200, schema: deferred(() => z.array(room())) },
    errors: [],
  }),
};
