import * as z from "zod";
import { deferred } from "./deferred.ts";
import { pageOf, pageQuery } from "./objects/page.ts";
import { participant, room, roomRole } from "./objects/room.ts";
import { id } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { roomParams } from "./rooms.ts";

/** How many people one call adds to a room. */
export const maxAddedParticipants = 1000;

const participantParams = deferred(() => roomParams().extend({ user_id: id() }));

export const participantOperations = {
  listParticipants: defineOperation({
    id: "listParticipants",
    area: "rooms",
    method: "GET",
    path: "/api/chat/rooms/{room_id}/participants",
    summary: "List who is in a room",
    description:
      "The longest-standing first in rooms of up to 200 members; larger ones are listed in parts of up to 200, each in that order.",
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
    summary: "Add people to a room",
    description:
      "For admins, and for members where `can_add_members` says so; only an admin adds admins. Who is in the room already stays as they are, so a repeat is safe. Nobody is added to a direct room.",
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
    summary: "Give a participant another role",
    description: "For admins. The last admin stays one: promote somebody else first, or leave.",
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
    summary: "Remove somebody from a room",
    description: "For admins; removing oneself is leaving. Nobody is removed from a direct room.",
    auth: "user",
    params: participantParams,
    success: { status: 204, schema: null },
    errors: ["forbidden", "not_found"],
  }),
};
