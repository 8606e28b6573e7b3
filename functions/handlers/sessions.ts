import type { sessionOperations } from "../../contract/sessions.ts";
import type { Handlers } from "../kernel/http/http.ts";
import { listActiveSessions } from "../presence/sessions.ts";
import { deleteOldSessions } from "../store/presence/sessions.ts";

export const sessionHandlers: Handlers<typeof sessionOperations> = {
  listActiveSessions: async ({ actor }) =>
    (await listActiveSessions(actor.userId)).map((session) => ({
      session_id: session.connectionId,
      session_type: "web",
      is_active: true,
      last_ping: session.lastActiveAt,
      connected_at: session.connectedAt,
      user_agent: session.userAgent,
      ip_address: session.ipAddress,
    })),

  cleanupOldSessions: async ({ actor }) => ({
    status: "cleanup completed",
    deleted_sessions: await deleteOldSessions(actor.userId),
  }),
};
