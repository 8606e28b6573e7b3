import type { Area } from "./operation.ts";

/**
 * The base paths of each area. The most specific base of a path decides which function serves it.
 * API Gateway does the same: it picks the most specific route key, so
 * `/api/chat/rooms/{room_id}/messages` wins over `/api/chat/rooms/{proxy+}`.
 */
export const areaBases: Record<Area, readonly string[]> = {
  auth: ["/api/auth"],
  rooms: ["/api/chat/rooms", "/api/chat/search/rooms"],
  messages: ["/api/chat/rooms/{room_id}/messages", "/api/chat/rooms/{room_id}/pins", "/api/chat/messages"],
  attachments: ["/api/chat/upload", "/api/chat/avatars", "/api/chat/users/{user_id}/avatar"],
  search: ["/api/chat/search/messages", "/api/chat/rooms/{room_id}/messages/search"],
  users: [
    "/api/chat/users",
    "/api/chat/contacts",
    "/api/chat/reports",
    "/api/chat/rooms/{room_id}/messages/{message_id}/report",
  ],
  notifications: ["/api/chat/notifications"],
  presence: [
    "/api/chat/heartbeat",
    "/api/chat/online-users",
    "/api/chat/mark-offline",
    "/api/chat/sessions",
    "/api/chat/users/{user_id}/status",
    "/api/chat/rooms/{room_id}/typing_users",
  ],
};
