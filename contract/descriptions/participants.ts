import { maxAddedParticipants, participantOperations } from "../participants.ts";
import { describeOperations } from "./describe.ts";
import { noReadableRoom, noRoom } from "./errors.ts";
import * as examples from "./examples.ts";
import { describePage } from "./pages.ts";
import { paging } from "./parameters.ts";

export const participantDescriptions = describeOperations(participantOperations, {
  listParticipants: {
    description:
      "Lists the members of a room that the caller may read, the longest-standing first. Rooms of over " +
      "200 members are listed in parts of up to 200, each in that order.",
    query: paging,
    success: "A page of the room's members.",
    errors: { forbidden: noReadableRoom },
  },
  addParticipants: {
    description:
      "Adds users to a room that is not direct. Admins may, and members if `can_add_members` allows it. " +
      "Only admins add admins. Users who are members already stay as they are, so a repeat is safe. " +
      "Users who block the caller, and users whom the caller blocks, are left out. The answer does not " +
      "say so.",
    body: {
      user_ids: {
        description: `The ids of the users, 1 to ${maxAddedParticipants.toLocaleString("en")} of them.`,
        example: [examples.grace],
      },
      role: { description: "The role that they get. Default: `member`.", example: "member" },
    },
    success: "The room, with its new members.",
    errors: {
      invalid_input: "A field is not valid, or an id is unknown.",
      forbidden: `${noRoom} Or the caller may not add members, or not with this role. Or the room is direct.`,
    },
  },
  updateParticipant: {
    description:
      "Changes the role of a member in a room that is not direct. Only admins may. The last admin cannot " +
      "become a member: make another member an admin first, or leave.",
    body: { role: { description: "The new role.", example: "admin" } },
    success: "The member, as changed.",
    errors: {
      forbidden: `${noRoom} Or the caller is not an admin of it, or the room is direct.`,
      not_found: "The room has no member with this id.",
      conflict: "The member is the room's last admin.",
    },
  },
  removeParticipant: {
    description:
      "Removes a member from a room that is not direct. Only admins may. Callers who remove themselves " +
      "leave the room, which any member may.",
    success: "The user is no longer a member.",
    errors: {
      forbidden: `${noRoom} Or the caller is not an admin of it, or the room is direct.`,
      not_found: "The room has no member with this id.",
    },
  },
});

export const participantSchemas = [
  describePage(participantOperations.listParticipants.success.schema, {
    page: "A page of a room's members.",
    count: "How many members the room has.",
    results: "The members of this page.",
  }),
];
