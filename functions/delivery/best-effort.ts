import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import { removeConnections } from "../store/presence/connections.ts";
import type { Connection } from "../store/presence/presence.ts";
import { endSession } from "../store/presence/sessions.ts";
import { type EventFor, postEvent } from "./post-event.ts";

const forgottenAtOnce = 25;

/**
 * Forgets connections of which an announcement found that they are over. Their users may be offline by that,
 * which is not announced at once: in the worst case each announcement would set off others. They stay on the
 * list of who is online, at a time that is over, and whoever reads the list next tells their peers.
 */
export function removeClosedConnections(
  connections: readonly Pick<Connection, "id" | "userId">[],
): Promise<void> {
  return forEachConcurrent(connections, forgottenAtOnce, async ({ id, userId }) => {
    await removeConnections(userId, [id], "keep");
    await endSession(userId, id);
  });
}

/**
 * Tells connections of something that is in the table already. It never fails: who misses it learns of it
 * when they ask.
 */
export async function postBestEffort(
  what: string,
  find: () => Promise<{ connections: readonly Connection[]; event: EventFor } | undefined>,
): Promise<void> {
  try {
    const found = await find();
    if (found) await removeClosedConnections((await postEvent(found.connections, found.event)).over);
  } catch (error) {
    log("warn", "announcement_failed", { what, ...errorFacts(error) });
  }
}
