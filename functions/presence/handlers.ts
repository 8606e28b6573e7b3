import type { presenceOperations } from "../../contract/presence.ts";
import type { sessionOperations } from "../../contract/sessions.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import type { Handlers } from "../kernel/http/http.ts";
import type { Presence } from "../store/presence/presence.ts";
import { deleteOldSessions } from "../store/presence/sessions.ts";
import { goOffline, heartbeat, listOnlineUsers, viewStatus } from "./online.ts";
import { listActiveSessions } from "./sessions.ts";
import { listTypingUsers } from "./typing.ts";

function statusOf({ userId, isOnline, lastSeen }: Presence) {
  return {
    user_id: userId,
    is_online: isOnline,
    last_seen: lastSeen,
  };
}

export const presenceHandlers: Handlers<typeof presenceOperations> = {
  heartbeat: async ({ actor }) => ({ status: "success", last_activity: await heartbeat(actor) }),

  listOnlineUsers: async ({ actor }) => ({ online_users: await listOnlineUsers(actor.userId) }),

  markOffline: async ({ actor }) => {
    await goOffline(actor);
    return { status: "offline" };
  },

  getUserStatus: async ({ actor, params }) => statusOf(await viewStatus(actor.userId, params.user_id)),

  updateUserStatus: async ({ actor, params, body }) => {
    if (params.user_id !== actor.userId)
      throw new ApiError("forbidden", "This is not your id: you can change your own status alone.");
    await (body.is_online ? heartbeat(actor) : goOffline(actor));
    return statusOf(await viewStatus(actor.userId, actor.userId));
  },

  listTypingUsers: async ({ actor, params }) =>
    (await listTypingUsers(actor.userId, params.room_id)).map(({ user, lastSeen }) => ({
      room: params.room_id,
      user,
      is_typing: true,
      last_seen: lastSeen,
    })),
};

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
