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

/**
 * Publishes a change of presence to the peers if it concerns them. If interrupted before that:
 * peers see the change at their next request.
 */
async function publishChange(changed: Changed | undefined): Promise<void> {
  if (!changed?.becameOnline && !changed?.becameOffline) return;
  const { userId, lastSeen } = changed.after;
  await publishPresence(userId, changed.becameOnline, lastSeen > 0 ? isoOf(lastSeen) : null);
}

/**
 * Keeps the caller online for five minutes. Returns the time of the recorded activity, as RFC 3339.
 */
export async function heartbeat(actor: Actor): Promise<string> {
  const { at, changed } = await putHeartbeat(actor.userId);
  // A user with a profile has a presence that takes connections. This may be the first request of
  // an external issuer's user.
  if (changed && !changed.before.entries) await ensureProfile(actor);
  await publishChange(changed);
  return isoOf(at);
}

/** Shows the caller as offline from now on. */
export async function goOffline(actor: Actor): Promise<void> {
  const changed = await putOffline(actor.userId);
  if (changed && !changed.before.entries) await ensureProfile(actor);
  await publishChange(changed);
}

/** One reader of the list reconciles at most this many expired entries. */
const reconciledAtOnce = 25;

/** Returns the ids of all users who are online by the list and by their presences. */
async function getOnline(): Promise<string[]> {
  const { online, overdue } = await listOnlineEntries();
  if (overdue.length === 0) return [...online];
  const { people } = await batchGet({ presences: overdue });
  await forEachConcurrent(overdue.slice(0, reconciledAtOnce), reconciledAtOnce, async (userId) =>
    publishChange(await reconcileOnlineEntry(userId)),
  );
  return [...online, ...overdue.filter((userId) => people.presences.get(userId)?.isOnline)];
}

/**
 * Returns the ids of all online users, except users blocked by the viewer, or blocking them. An
 * entry may have outlived its user, because a heartbeat ended or a disconnect was never reported.
 * Such users are left out. Each call removes some of these entries and publishes that to the users'
 * peers.
 */
export async function listOnlineUsers(viewerId: string): Promise<string[]> {
  const [online, blocks] = await Promise.all([getOnline(), listBlocks(viewerId)]);
  const blockedIds = new Set(blocks.map((block) => block.userId));
  return online.filter((userId) => !blockedIds.has(userId));
}

/** Returns a user's presence as the viewer sees it. Throws `not_found`. */
export async function viewStatus(viewerId: string, userId: string): Promise<Presence> {
  const { people } = await batchGet({ profiles: [userId], presences: [userId, viewerId] });
  if (!people.profiles.has(userId) || !people.presences.has(userId))
    throw new ApiError("not_found", "User not found");
  return personOf(people, userId, viewerId).presence;
}
