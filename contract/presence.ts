import * as z from "zod";
import { deferred } from "./deferred.ts";
import { user } from "./objects/user.ts";
import { id, instant, timestamp } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";
import { roomParams } from "./rooms.ts";

/** Clients may say what time it is for them; the server goes by its own clock. */
const activityBody = deferred(() => z.object({ timestamp: instant().nullish() }));

const userParams = deferred(() => z.object({ user_id: id() }));

/** Whether somebody is online. `last_seen` is the last time that they came, went or said that they are there. */
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
    summary: "Stay online for five minutes",
    description:
      "For clients without an open WebSocket, which keeps its user online by itself. Send it every two minutes. `last_activity` is the time that was noted: one less than a minute after the last notes nothing.",
    auth: "user",
    body: activityBody,
    success: {
      status: 200,
      schema: deferred(() => z.object({ status: z.literal("success"), last_activity: timestamp() })),
    },
    errors: [],
  }),
  listOnlineUsers: defineOperation({
    id: "listOnlineUsers",
    area: "presence",
    method: "GET",
    path: "/api/chat/online-users",
    summary: "List the ids of everybody who is online",
    description: "Online is who has an open WebSocket, or sent a heartbeat in the last five minutes.",
    auth: "user",
    success: { status: 200, schema: deferred(() => z.object({ online_users: z.array(z.string()) })) },
    errors: [],
  }),
  markOffline: defineOperation({
    id: "markOffline",
    area: "presence",
    method: "POST",
    path: "/api/chat/mark-offline",
    summary: "Be offline at once",
    description:
      "Until the next heartbeat or the next WebSocket. Those that are open stay open and get every event.",
    auth: "user",
    body: activityBody,
    success: { status: 200, schema: deferred(() => z.object({ status: z.literal("offline") })) },
    errors: [],
  }),
  getUserStatus: defineOperation({
    id: "getUserStatus",
    area: "presence",
    method: "GET",
    path: "/api/chat/users/{user_id}/status",
    summary: "Get whether somebody is online, and when they were last seen",
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
    summary: "Come online as with a heartbeat, or be offline at once; oneself only",
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
    summary: "List who has been typing in a room in the last 30 seconds",
    auth: "user",
    params: roomParams,
    success: { status: 200, schema: deferred(() => z.array(typingUser())) },
    errors: ["forbidden"],
  }),
};
