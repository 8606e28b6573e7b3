import * as z from "zod";
import { deferred } from "./deferred.ts";
import { timestamp } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

const session = deferred(() =>
  z
    .object({
      session_id: z.string(),
      session_type: z.literal("web"),
      is_active: z.literal(true),
      /** The last time that anything went over the connection. */
      last_ping: timestamp(),
      connected_at: timestamp(),
      /** Empty where the client sent none. */
      user_agent: z.string(),
      ip_address: z.string(),
    })
    .meta({ id: "Session" }),
);

export const sessionOperations = {
  listActiveSessions: defineOperation({
    id: "listActiveSessions",
    area: "presence",
    method: "GET",
    path: "/api/chat/sessions/active_sessions",
    summary: "List one's open WebSocket connections, the newest first",
    auth: "user",
    success: { status: 200, schema: deferred(() => z.array(session())) },
    errors: [],
  }),
  cleanupOldSessions: defineOperation({
    id: "cleanupOldSessions",
    area: "presence",
    method: "POST",
    path: "/api/chat/sessions/cleanup_old_sessions",
    summary: "Remove one's sessions that ended over 24 hours ago",
    auth: "user",
    success: {
      status: 200,
      schema: deferred(() =>
        z.object({ status: z.literal("cleanup completed"), deleted_sessions: z.int().nonnegative() }),
      ),
    },
    errors: [],
  }),
};
