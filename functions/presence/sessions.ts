import { forgetConnections } from "../delivery/remove-connections.ts";
import { isoOf } from "../kernel/runtime/time.ts";
import { isOpening } from "../store/presence/connection-life.ts";
import { type Connection, getPresence } from "../store/presence/presence.ts";
import { getSessions, type Session } from "../store/presence/sessions.ts";
import { getConnection } from "../store/presence/sockets.ts";

interface ActiveSession {
  readonly connectionId: string;
  /** RFC 3339. */
  readonly connectedAt: string;
  readonly lastActiveAt: string;
  readonly userAgent: string;
  readonly ipAddress: string;
}

async function view(
  { id, connectedAt }: Connection,
  session: Session | undefined,
): Promise<ActiveSession | "closed"> {
  const open = await getConnection(id);
  if (open === "closed") return "closed";
  return {
    connectionId: id,
    connectedAt: isoOf(connectedAt),
    lastActiveAt: isoOf(open.lastActiveAt?.getTime() ?? connectedAt),
    userAgent: session?.userAgent ?? open.userAgent ?? "",
    ipAddress: session?.ipAddress ?? open.ipAddress ?? "",
  };
}

/**
 * Returns the open connections of a user, the newest first. It asks the gateway about each of them,
 * at most 20. Only the gateway knows when a connection was last used, and whether it still exists.
 */
export async function listActiveSessions(userId: string): Promise<ActiveSession[]> {
  const { connections } = await getPresence(userId, "consistent");
  const sessions = await getSessions(
    userId,
    connections.map((connection) => connection.id),
  );
  const views = await Promise.all(
    connections.map(async (connection) => ({
      connection,
      shown: await view(connection, sessions.get(connection.id)),
    })),
  );
  await forgetConnections(
    userId,
    views
      .filter(({ shown, connection }) => shown === "closed" && !isOpening(connection))
      .map(({ connection }) => connection.id),
  );
  return views.flatMap(({ shown }) => (shown === "closed" ? [] : [shown])).reverse();
}
