import * as z from "zod";
import { deferred } from "./deferred.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { room, roomType } from "./objects/room.ts";
import { clientMessageId, id, text } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

/** How many people a room can be created with; more are added afterwards. */
export const maxInitialParticipants = 1000;

export const roomParams = deferred(() => z.object({ room_id: id() }));
export const idempotencyHeaders = deferred(() =>
  z.object({ "idempotency-key": clientMessageId().optional() }),
);

export const roomOperations = {
  listRooms: defineOperation({
    id: "listRooms",
    area: "rooms",
    method: "GET",
    path: "/api/chat/rooms",
    summary: "List the rooms one is in, the most recently active first",
    auth: "user",
    query: pageQuery,
    success: { status: 200, schema: pageOf("RoomPage", room) },
    errors: [],
  }),
  createRoom: defineOperation({
    id: "createRoom",
    area: "rooms",
    method: "POST",
    path: "/api/chat/rooms",
    summary: "Create a room",
    description:
      "The caller becomes its admin. A direct room takes exactly one other participant, and is answered with 200 if it exists. With an `Idempotency-Key` header a repeat answers with the first room.",
    auth: "user",
    headers: idempotencyHeaders,
    body: deferred(() =>
      z.object({
        name: text(1, 100).nullish(),
        room_type: roomType(),
        participant_ids: z.array(id()).max(maxInitialParticipants).default([]),
        description: text(1, 1000).nullish(),
        tags: z.array(text(1, 50)).max(20).default([]),
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
};
