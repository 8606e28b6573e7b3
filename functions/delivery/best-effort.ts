import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import { removeConnections } from "../store/presence/connections.ts";
import type { Connection } from "../store/presence/presence.ts";
import { endSession } from "../store/presence/sessions.ts";
import { type EventFor, postEvent } from "./post-event.ts";

const removedAtOnce = 25;

/**
 * Removes closed connections that a post found. Their users may be offline because of that. It is
 * not published at once, because in the worst case each event would set off others. The users stay
 * on the list of online users with a time that has passed. The next reader of the list publishes to
 * their peers.
 */
export function removeClosedConnections(
  connections: readonly Pick<Connection, "id" | "userId">[],
): Promise<void> {
  return forEachConcurrent(connections, removedAtOnce, async ({ id, userId }) => {
    await removeConnections(userId, [id], "keep");
    await endSession(userId, id);
  });
}

/**
 * Posts an event about a fact that is already stored. It never fails: a client that misses the
 * event sees the fact at its next request.
 */
export async function postBestEffort(
  what: string,
  find: () => Promise<{ connections: readonly Connection[]; event: EventFor } | undefined>,
): Promise<void> {
  try {
    const found = await find();
    if (found) await removeClosedConnections((await postEvent(found.connections, found.event)).closed);
  } catch (error) {
    log("warn", "announcement_failed", { what, ...errorFacts(error) });
  }
}
