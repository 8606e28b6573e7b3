import { publishPresence } from "../delivery/presence-events.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isoOf } from "../kernel/runtime/time.ts";
import { listBlocks } from "../store/contacts/blocks.ts";
import type { Changed } from "../store/presence/change-presence.ts";
import {
  listOnlineEntries,
  putHeartbeat,
  putOffline,
  reconcileOnlineEntry,
} from "../store/presence/online.ts";
import type { Presence } from "../store/presence/presence.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { personOf } from "../store/users/users.ts";
import { ensureProfile } from "../users/profiles.ts";

/** Tells the peers, if a change is one for them. Broken off before, they find out when they next ask. */
async function announceChange(changed: Changed | undefined): Promise<void> {
  if (!changed?.becameOnline && !changed?.becameOffline) return;
  const { userId, lastSeen } = changed.after;
  await publishPresence(userId, changed.becameOnline, lastSeen > 0 ? isoOf(lastSeen) : null);
}

/**
 * Keeps the caller online for five minutes, and gives the time of the last sign of life that was noted. RFC
 * 3339.
 */
export async function heartbeat(actor: Actor): Promise<string> {
  const { at, changed } = await putHeartbeat(actor.userId);
  // Whoever has a profile has room for connections. Of the user of an external issuer this may be the first word.
  if (changed && !changed.before.entries) await ensureProfile(actor);
  await announceChange(changed);
  return isoOf(at);
}

export async function goOffline(actor: Actor): Promise<void> {
  const changed = await putOffline(actor.userId);
  if (changed && !changed.before.entries) await ensureProfile(actor);
  await announceChange(changed);
}

/** Of those who stand on the list beyond their time, so many are settled by whoever reads it. */
const settledAtOnce = 25;

/** Everybody who is online, by the list and by their presences. */
async function getOnline(): Promise<string[]> {
  const { online, overdue } = await listOnlineEntries();
  if (overdue.length === 0) return [...online];
  const { people } = await batchGet({ presences: overdue });
  await forEachConcurrent(overdue.slice(0, settledAtOnce), settledAtOnce, async (userId) =>
    announceChange(await reconcileOnlineEntry(userId)),
  );
  return [...online, ...overdue.filter((userId) => people.presences.get(userId)?.isOnline)];
}

/**
 * The ids of everybody who is online, but for those whom a block hides from the viewer. Who was on the list for longer
 * than they were there, since a heartbeat ended or an end was never told, is left out, taken off it, and their peers are
 * told: some of them by each call.
 */
export async function listOnlineUsers(viewerId: string): Promise<string[]> {
  const [online, blocks] = await Promise.all([getOnline(), listBlocks(viewerId)]);
  const apart = new Set(blocks.map((block) => block.userId));
  return online.filter((userId) => !apart.has(userId));
}

/** Somebody's presence, as a viewer sees it. Throws `not_found` for nobody. */
export async function viewStatus(viewerId: string, userId: string): Promise<Presence> {
  const { people } = await batchGet({ profiles: [userId], presences: [userId, viewerId] });
  if (!people.profiles.has(userId) || !people.presences.has(userId))
    throw new ApiError("not_found", "User not found");
  return personOf(people, userId, viewerId).presence;
}
