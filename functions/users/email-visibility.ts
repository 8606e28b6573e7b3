import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { getContactIds } from "../store/contacts/contacts.ts";
import { isThere } from "../store/rooms/heads.ts";
import { listRoomIds } from "../store/rooms/memberships.ts";
import { batchGet } from "../store/table/batch-get.ts";

const listsAtOnce = 25;

/** The rooms that each of some people shares with a viewer, deleted ones among them; nobody who shares none. */
async function getShared(viewerId: string, userIds: readonly string[]): Promise<Map<string, string[]>> {
  const own = new Set(await listRoomIds(viewerId));
  const shared = new Map<string, string[]>();
  await forEachConcurrent(userIds, listsAtOnce, async (userId) => {
    const both = (await listRoomIds(userId)).filter((roomId) => own.has(roomId));
    if (both.length > 0) shared.set(userId, both);
  });
  return shared;
}

/**
 * Those of some people who share a room with a viewer that is not deleted. Of each the room that is shared by most of them
 * is looked at first, so that a page from one room takes one head; then twice as many each time, since a deleted room still
 * has its members for a minute.
 */
async function getCompanions(viewerId: string, userIds: readonly string[]): Promise<Set<string>> {
  const shared = await getShared(viewerId, userIds);
  const counts = new Map<string, number>();
  for (const roomId of [...shared.values()].flat()) counts.set(roomId, (counts.get(roomId) ?? 0) + 1);
  // The last ones are looked at next.
  for (const roomIds of shared.values())
    roomIds.sort((one, other) => (counts.get(one) ?? 0) - (counts.get(other) ?? 0));
  const companions = new Set<string>();
  for (let looked = 1; shared.size > 0; looked *= 2) {
    const next = [...shared].map(([userId, roomIds]) => [userId, roomIds.splice(-looked)] as const);
    const { heads } = await batchGet({ heads: new Set(next.flatMap(([, roomIds]) => roomIds)) });
    const live = new Set(heads.filter(isThere).map((head) => head.id));
    for (const [userId, roomIds] of next) {
      const isLive = roomIds.some((roomId) => live.has(roomId));
      if (isLive) companions.add(userId);
      if (isLive || shared.get(userId)?.length === 0) shared.delete(userId);
    }
  }
  return companions;
}

/**
 * Those of some people whose e-mail address a viewer sees: themself, their contacts, and those with whom they share a room
 * of any type. Both can be had without asking them, and so does it hold for the one who adds, not for the one who is added.
 * A block changes nothing of it, because an address that vanished would tell of the block.
 */
export async function withSeenEmail(viewerId: string, userIds: readonly string[]): Promise<Set<string>> {
  const others = [...new Set(userIds)].filter((userId) => userId !== viewerId);
  const contactIds = await getContactIds(viewerId, others);
  const strangers = others.filter((userId) => !contactIds.has(userId));
  const companions = strangers.length > 0 ? await getCompanions(viewerId, strangers) : new Set<string>();
  return new Set([viewerId, ...contactIds, ...companions]);
}
