/**
 * Sessions: the history of a user's connections, for the sessions endpoints.
 *   one by its connection     USER#u / SESSION#connection
 */
import { epochSeconds } from "../kernel/time.ts";
import { keys } from "./keys.ts";
import { putItem, updateItem } from "./table.ts";

/** Seconds for which an ended session is kept. */
const keptSeconds = 24 * 3600;
/** Seconds after which a connection has certainly ended, told or not. */
const lifeSeconds = (2 * 60 + 10) * 60;

export interface Session {
  readonly userId: string;
  readonly connectionId: string;
  /** Milliseconds since 1970. */
  readonly connectedAt: number;
  readonly userAgent: string;
  readonly ipAddress: string;
}

export const putSession = (session: Session): Promise<void> =>
  putItem({
    ...keys.session(session.userId, session.connectionId),
    connected_at: session.connectedAt,
    user_agent: session.userAgent.slice(0, 256),
    ip_address: session.ipAddress,
    expires_at: epochSeconds(session.connectedAt) + lifeSeconds + keptSeconds,
  });

/** Notes the end of a session; nothing if there is none. */
export const endSession = async (userId: string, connectionId: string): Promise<void> => {
  const now = Date.now();
  await updateItem(keys.session(userId, connectionId), {
    UpdateExpression: "SET ended_at = if_not_exists(ended_at, :now), expires_at = :expires",
    ConditionExpression: "attribute_exists(pk)",
    ExpressionAttributeValues: { ":now": now, ":expires": epochSeconds(now) + keptSeconds },
  });
};
