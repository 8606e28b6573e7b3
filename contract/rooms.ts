import * as z from "zod";
import { deferred } from "./deferred.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { rolePermissions, room, roomType } from "./objects/room.ts";
import { clientMessageId, id, instant, text } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

/** How many people a room can be created with; more are added afterwards. */
export const maxInitialParticipants = 1000;

export const roomParams = deferred(() => z.object({ room_id: id() }));
export const idempotencyHeaders = deferred(() =>
  z.object({ "idempotency-key": clientMessageId().optional() }),
);

const roomName = deferred(() => text(1, 100).nullish());
const description = deferred(() => text(1, 1000).nullish());
/** Each is kept once. */
const tags = deferred(() =>
  z
    .array(text(1, 50))
    .max(20)
    .overwrite((all) => [...new Set(all)]),
);

/** What a room is called and about. Null empties a field; one that is absent stays as it is. */
const roomChanges = deferred(() =>
  z.object({ name: roomName(), description: description(), tags: tags().optional() }),
);
export type RoomChanges = z.output<ReturnType<typeof roomChanges>>;

/** Only what is named changes. */
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
    summary: "List the rooms one is in, the most recently active first",
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
    description:
      "The caller becomes its admin. A direct room takes exactly one other participant, and is answered with 200 if it exists. With an `Idempotency-Key` header a repeat answers with the first room, or with 409 where that was deleted.",
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
    summary: "Get the direct room with somebody, created if there is none",
    auth: "user",
    body: deferred(() => z.object({ user_id: id() })),
    success: { status: 201, schema: room },
    repeated: 200,
    errors: ["forbidden", "not_found"],
  }),
  // Before getRoom: the router takes the first path that fits, and `public` would fit a room's id.
  listPublicRooms: defineOperation({
    id: "listPublicRooms",
    area: "rooms",
    method: "GET",
    path: "/api/chat/rooms/public",
    summary: "List the public rooms by name",
    description:
      "With `q`, those whose name contains each of its words, without regard to case and accents. Archived rooms are left out.",
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
    summary: "Change the name, the description or the tags of a room",
    description: "For admins. A field that is absent stays as it is; null empties one.",
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
    summary: "The same as PATCH",
    description: "For clients that update with PUT. A field that is absent stays as it is here too.",
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
    description:
      "For admins, and for both of a direct room. It is gone for everybody at once. A direct room that is opened again starts empty.",
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
    description:
      "Nothing is unread to somebody who joins. They may send one message at once, and then as fast as the rate limit lets them; a burst is saved up. Who is in the room already gets it as it is.",
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
    description:
      "Never a direct room. Where the last admin leaves, the longest-standing member becomes one. A room that is not public is deleted when its last member leaves.",
    auth: "user",
    params: roomParams,
    success: { status: 200, schema: deferred(() => z.object({ status: z.literal("left room") })) },
    errors: ["forbidden"],
  }),
  archiveRoom: defineOperation({
    id: "archiveRoom",
    area: "rooms",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/archive",
    summary: "Archive a room: it takes no more messages",
    description: "For admins, and for both of a direct room.",
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
    description: "For admins, and for both of a direct room.",
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
    summary: "Say what each role of a room may do",
    description:
      "For admins. What is not named stays as it is. Archiving, deleting, renaming and roles stay with the admins.",
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
    summary: "Turn one's own notifications of a room on or off, or mute them for a while",
    description: "A field that is absent stays as it is; `muted_until` null ends a mute.",
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
    summary: "Find one's rooms by their name, by a tag or by who is in them",
    description:
      "The 50 most recently active in which each word of `q` is part of the name, of a tag or of what a participant is called, without regard to case and accents; fewer, where so many are too large for one answer. Participants are found by display name, full name, username and e-mail address: the other one of every direct room; of other rooms the first 200 of each, and of these the first 1,000 people, from the most recently active room on.",
    auth: "user",
    query: deferred(() => z.object({ q: search() })),
    success: { status: 200, schema: deferred(() => z.array(room())) },
    errors: [],
  }),
};
