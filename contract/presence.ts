import * as z from "zod";
import { deferred } from "./deferred.ts";
import { user } from "./objects/user.ts";
import { id, instant, timestamp } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { roomParams } from "./rooms.ts";

/** Clients may send their own time. The server uses its own clock. */
const activityBody = deferred(() => z.object({ timestamp: instant().nullish() }));

const userParams = deferred(() => z.object({ user_id: id() }));

/** Whether a user is online, and when they were last seen. */
const userStatus = deferred(() =>
  z
    .object({ user_id: z.string(), is_online: z.boolean(), last_seen: timestamp().nullable() })
    .meta({ id: "UserStatus" }),
);

const typingUser = deferred(() =>
  z
    .object({ room: z.string(), user: user(), is_typing: z.literal(true), last_seen: timestamp() })
    .meta({ id: "TypingUser" }),
);

export const presenceOperations = {
  heartbeat: defineOperation({
    id: "heartbeat",
    area: "presence",
    method: "POST",
    path: "/api/chat/heartbeat",
    summary: "Keep the caller online",
    auth: "user",
    body: activityBody,
    success: {
      status: 200,
      schema: deferred(() =>
        z.object({ status: z.literal("success"), last_activity: timestamp() }).meta({ id: "Heartbeat" }),
      ),
    },
    errors: [],
  }),
  listOnlineUsers: defineOperation({
    id: "listOnlineUsers",
    area: "presence",
    method: "GET",
    path: "/api/chat/online-users",
    summary: "List the online users",
    auth: "user",
    success: {
      status: 200,
      schema: deferred(() => z.object({ online_users: z.array(z.string()) }).meta({ id: "OnlineUsers" })),
    },
    errors: [],
  }),
  markOffline: defineOperation({
    id: "markOffline",
    area: "presence",
    method: "POST",
    path: "/api/chat/mark-offline",
    summary: "Set the caller offline",
    auth: "user",
    body: activityBody,
    success: {
      status: 200,
      schema: deferred(() => z.object({ status: z.literal("offline") }).meta({ id: "MarkedOffline" })),
    },
    errors: [],
  }),
  getUserStatus: defineOperation({
    id: "getUserStatus",
    area: "presence",
    method: "GET",
    path: "/api/chat/users/{user_id}/status",
    summary: "Get whether a user is online",
    auth: "user",
    params: userParams,
    success: { status: 200, schema: userStatus },
    errors: ["not_found"],
  }),
  updateUserStatus: defineOperation({
    id: "updateUserStatus",
    area: "presence",
    method: "PUT",
    path: "/api/chat/users/{user_id}/status",
    summary: "Set whether the caller is online",
    auth: "user",
    params: userParams,
    body: deferred(() => z.object({ is_online: z.boolean() })),
    success: { status: 200, schema: userStatus },
    errors: ["forbidden"],
  }),
  listTypingUsers: defineOperation({
    id: "listTypingUsers",
    area: "presence",
    method: "GET",
    path: "/api/chat/rooms/{room_id}/typing_users",
    summary: "List the users who are typing in a room",
    auth: "user",
    params: roomParams,
    success: { status: 200, schema: deferred(() => z.array(typingUser())) },
    errors: ["forbidden"],
  }),
};
