import * as z from "zod";
import { deferred } from "../deferred.ts";
import { lastMessage } from "./message.ts";
import { user } from "./user.ts";
import { timestamp } from "./values.ts";

export const roomTypes = [
  "direct",
  "group",
  "project",
  "public",
  "therapy",
  "consultation",
  "emergency",
  "general",
] as const;
export const roomType = deferred(() => z.enum(roomTypes).meta({ id: "RoomType" }));
export type RoomType = z.output<ReturnType<typeof roomType>>;

export const roomRole = deferred(() => z.enum(["admin", "member"]).meta({ id: "RoomRole" }));
export type RoomRole = z.output<ReturnType<typeof roomRole>>;

export const roomStatus = deferred(() =>
  z.enum(["active", "archived", "deleted"]).meta({ id: "RoomStatus" }),
);
export type RoomStatus = z.output<ReturnType<typeof roomStatus>>;

/** A user as a member of a room. */
export const participant = deferred(() =>
  user().extend({ room_role: roomRole(), joined_at: timestamp() }).meta({ id: "Participant" }),
);
export type Participant = z.output<ReturnType<typeof participant>>;

export const rolePermissions = deferred(() =>
  z
    .object({
      can_send: z.boolean(),
      can_view_history: z.boolean(),
      can_add_members: z.boolean(),
      can_pin: z.boolean(),
    })
    .meta({ id: "RolePermissions" }),
);

/**
 * The permissions of each role. `can_view_history` covers the messages from before the member
 * joined.
 */
export const permissions = deferred(() =>
  z.object({ admin: rolePermissions(), member: rolePermissions() }).meta({ id: "Permissions" }),
);
export type Permissions = z.output<ReturnType<typeof permissions>>;

export const room = deferred(() =>
  z
    .object({
      id: z.string(),
      name: z.string().nullable(),
      room_type: roomType(),
      description: z.string().nullable(),
      tags: z.array(z.string()),
      status: roomStatus(),
      is_active: z.boolean(),
      participants: z.array(participant()),
      participant_count: z.int().nonnegative(),
      created_by: user().nullable(),
      created_at: timestamp(),
      updated_at: timestamp(),
      last_message: lastMessage().nullable(),
      unread_count: z.int().nonnegative(),
      other_user: user().nullable(),
      permissions: permissions(),
      me: z
        .object({
          role: roomRole(),
          joined_at: timestamp(),
          notifications: z.boolean(),
          muted_until: timestamp().nullable(),
          read_seq: z.int().nonnegative(),
        })
        .nullable(),
      seq: z.int().nonnegative(),
      rev: z.int().nonnegative(),
    })
    .meta({ id: "Room" }),
);

export type Room = z.output<ReturnType<typeof room>>;
