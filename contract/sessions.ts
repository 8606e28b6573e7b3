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
      last_ping: timestamp(),
      connected_at: timestamp(),
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
    summary: "List the caller's open WebSocket connections",
    auth: "user",
    success: { status: 200, schema: deferred(() => z.array(session())) },
    errors: [],
  }),
  cleanupOldSessions: defineOperation({
    id: "cleanupOldSessions",
    area: "presence",
    method: "POST",
    path: "/api/chat/sessions/cleanup_old_sessions",
    summary: "Delete the caller's ended sessions",
    auth: "user",
    success: {
      status: 200,
      schema: deferred(() =>
        z
          .object({ status: z.literal("cleanup completed"), deleted_sessions: z.int().nonnegative() })
          .meta({ id: "SessionCleanup" }),
      ),
    },
    errors: [],
  }),
};
