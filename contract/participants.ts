import * as z from "zod";
import { deferred } from "./deferred.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { participant, room, roomRole } from "./objects/room.ts";
import { id } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { roomParams } from "./rooms.ts";

/** The most users that one call adds to a room. */
export const maxAddedParticipants = 1000;

const participantParams = deferred(() => roomParams().extend({ user_id: id() }));

export const participantOperations = {
  listParticipants: defineOperation({
    id: "listParticipants",
    area: "rooms",
    method: "GET",
    path: "/api/chat/rooms/{room_id}/participants",
    summary: "List a room's participants",
    auth: "user",
    params: roomParams,
    query: pageQuery,
    success: { status: 200, schema: pageOf("ParticipantPage", participant) },
    errors: ["forbidden"],
  }),
  addParticipants: defineOperation({
    id: "addParticipants",
    area: "rooms",
    method: "POST",
    path: "/api/chat/rooms/{room_id}/participants",
    summary: "Add participants to a room",
    auth: "user",
    params: roomParams,
    body: deferred(() =>
      z.object({
        user_ids: z.array(id()).min(1).max(maxAddedParticipants),
        role: roomRole().default("member"),
      }),
    ),
    success: { status: 200, schema: room },
    errors: ["forbidden"],
  }),
  updateParticipant: defineOperation({
    id: "updateParticipant",
    area: "rooms",
    method: "PATCH",
    path: "/api/chat/rooms/{room_id}/participants/{user_id}",
    summary: "Change a participant's role",
    auth: "user",
    params: participantParams,
    body: deferred(() => z.object({ role: roomRole() })),
    success: { status: 200, schema: participant },
    errors: ["forbidden", "not_found", "conflict"],
  }),
  removeParticipant: defineOperation({
    id: "removeParticipant",
    area: "rooms",
    method: "DELETE",
    path: "/api/chat/rooms/{room_id}/participants/{user_id}",
    summary: "Remove a participant from a room",
    auth: "user",
    params: participantParams,
    success: { status: 204, schema: null },
    errors: ["forbidden", "not_found"],
  }),
};
