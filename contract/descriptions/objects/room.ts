import {
  participant,
  permissions,
  rolePermissions,
  room,
  roomRole,
  roomStatus,
  roomType,
} from "../../objects/room.ts";
import { describeObject, describeValue } from "../describe.ts";
import * as examples from "../examples.ts";
import { userFields } from "./user.ts";

export const roomObjects = [
  describeValue(roomType, {
    description:
      "The type of a room. `direct`: exactly two members, who have equal rights. `public`: every user can " +
      "list, read and join it. All other types are private rooms that members are added to, and differ " +
      "only in their name.",
    example: "group",
  }),
  describeValue(roomRole, {
    description:
      "The role of a member in a room. An `admin` manages the room, its members and their messages. The " +
      "two members of a direct room are both `member`. They have the rights of admins, but do not delete " +
      "each other's messages.",
    example: "member",
  }),
  describeValue(roomStatus, {
    description:
      "`active`: the room takes messages. `archived`: it can be read, and takes none. `deleted`: the " +
      "room is no longer shown, so no answer has this value.",
    example: "active",
  }),
  describeObject(participant, {
    description: "A user as a member of a room.",
    fields: {
      ...userFields,
      room_role: { description: "The member's role in the room.", example: "admin" },
      joined_at: { description: "When the member joined the room.", example: examples.earlier },
    },
  }),
  describeObject(rolePermissions, {
    description: "The permissions of one role in a room.",
    fields: {
      can_send: {
        description: "Whether the role may send, edit and restore messages, and upload files. Default: true.",
        example: true,
      },
      can_view_history: {
        description: "Whether the role sees messages from before the member joined. Default: true.",
        example: true,
      },
      can_add_members: {
        description: "Whether the role may add members. Default: true for admins, false for members.",
        example: false,
      },
      can_pin: { description: "Whether the role may pin and unpin messages. Default: true.", example: true },
    },
  }),
  describeObject(permissions, {
    description: "The permissions of each role in a room.",
    fields: {
      admin: { description: "The permissions of admins." },
      member: { description: "The permissions of members who are not admins." },
    },
  }),
  describeObject(room, {
    description: "A room, as the caller sees it.",
    fields: {
      id: { description: "The id of the room.", example: examples.room },
      name: {
        description: "The name, 1 to 100 characters. Null if the room has none, as a direct room.",
        example: "Ward 3",
      },
      room_type: { description: "The type of the room.", example: "group" },
      description: {
        description: "The topic of the room, 1 to 1,000 characters, or null.",
        example: "Handover and questions of ward 3",
      },
      tags: { description: "Up to 20 tags of 1 to 50 characters each.", example: ["surgery", "handover"] },
      status: { description: "The state of the room.", example: "active" },
      is_active: { description: "Whether `status` is `active`.", example: true },
      participants: {
        description:
          "The first members, the longest-standing first: up to 100 in the answer for one room, up to 20 " +
          "in a list. `participant_count` counts all of them, and `GET " +
          "/api/chat/rooms/{room_id}/participants` lists them.",
      },
      participant_count: { description: "How many members the room has.", example: 2 },
      created_by: { description: "The user who created the room." },
      created_at: {
        description: "When the room was created, or, for a direct room that was deleted, opened again.",
        example: examples.earlier,
      },
      updated_at: {
        description:
          "When the last message was sent, or the room's name, description, tags, status or permissions " +
          "changed.",
        example: examples.time,
      },
      last_message: {
        description: "The last message in short. Null if there is none, or if the caller may not see it.",
      },
      unread_count: { description: "How many messages the caller has not read.", example: 1 },
      other_user: { description: "The other member of a direct room. Null in all other rooms." },
      permissions: { description: "The permissions of each role." },
      me: {
        description: "The caller's own membership. Null in a public room that the caller has not joined.",
        fields: {
          role: { description: "The caller's role.", example: "member" },
          joined_at: { description: "When the caller joined the room.", example: examples.earlier },
          notifications: {
            description: "Whether the room notifies the caller. Default: true. Emergencies always do.",
            example: true,
          },
          muted_until: {
            description: "Until when the caller has muted the room, or null. Emergencies are never muted.",
            example: examples.later,
          },
          read_seq: {
            description: "The caller has read all messages up to this `seq`.",
            example: 6,
          },
        },
      },
      seq: {
        description:
          "The highest `seq` of the room's messages, 0 if there are none. Each new message raises it.",
        example: 7,
      },
      rev: {
        description:
          "The revision of the room's messages, from 0. Each edit, deletion, restoration, reaction and " +
          "pin raises it.",
        example: 3,
      },
    },
  }),
];
