import { sessionOperations } from "../sessions.ts";
import { describeObject, describeOperations } from "./describe.ts";
import * as examples from "./examples.ts";

export const sessionDescriptions = describeOperations(sessionOperations, {
  listActiveSessions: {
    description: "Lists the caller's open WebSocket connections, the newest first. A user has at most 20.",
    success: "The open connections.",
    errors: {},
  },
  cleanupOldSessions: {
    description:
      "Deletes what is stored about connections of the caller that ended over 24 hours ago. It is " +
      "deleted in any case, a while later.",
    success: "How many were deleted.",
    errors: {},
  },
});

export const sessionSchemas = [
  describeObject(() => sessionOperations.listActiveSessions.success.schema().element, {
    description: "An open WebSocket connection.",
    fields: {
      session_id: { description: "The id of the connection.", example: "L0SM9cOFvHcCIhw=" },
      session_type: { description: "Always `web`.", example: "web" },
      is_active: { description: "Always true.", example: true },
      last_ping: { description: "When something last passed over the connection.", example: examples.later },
      connected_at: { description: "When the connection was opened.", example: examples.time },
      user_agent: {
        description: "The `User-Agent` of the client, up to 256 characters. Empty if it sent none.",
        example: "Mozilla/5.0 (X11; Linux x86_64)",
      },
      ip_address: { description: "The IP address of the client.", example: "192.0.2.7" },
    },
  }),
  describeObject(sessionOperations.cleanupOldSessions.success.schema, {
    description: "Ended connections were deleted.",
    fields: {
      status: { description: "Always `cleanup completed`.", example: "cleanup completed" },
      deleted_sessions: { description: "How many were deleted.", example: 4 },
    },
  }),
];
