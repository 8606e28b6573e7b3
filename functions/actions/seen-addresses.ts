import { getContactIds } from "../data/contacts.ts";
import { listRoomIds } from "../data/memberships.ts";
import { getTogether } from "../data/together.ts";
import { forEach } from "../kernel/for-each.ts";

const listsAtOnce = 25;

/** The rooms that each of some people shares with a viewer, deleted ones among them; nobody who shares none. */
const getShared = async (viewerId: string, userIds: readonly string[]): Promise<Map<string, string[]>> => {
  const own = new Set(await listRoomIds(viewerId));
  const shared = new Map<string, string[]>();
  await forEach(userIds, listsAtOnce, async (userId) => {
    const both = (await listRoomIds(userId)).filter((roomId) => own.has(roomId));
    if (both.length > 0) shared.set(userId, both);
  });
  return shared;
};

/**
 * Those of some people who share a room with a viewer that is not deleted. Of each the room that is shared by most of them
 * is looked at first, so that a page from one room takes one head; a deleted room has members for a moment only.
 */
const getCompanions = async (viewerId: string, userIds: readonly string[]): Promise<Set<string>> => {
  const shared = await getShared(viewerId, userIds);
  const counts = new Map<string, number>();
  for (const roomId of [...shared.values()].flat()) counts.set(roomId, (counts.get(roomId) ?? 0) + 1);
  // The last one is looked at next.
  for (const roomIds of shared.values())
    roomIds.sort((one, other) => (counts.get(one) ?? 0) - (counts.get(other) ?? 0));
  const companions = new Set<string>();
  while (shared.size > 0) {
    const next = new Map([...shared].map(([userId, roomIds]) => [userId, roomIds.pop()] as const));
    const { heads } = await getTogether({
      heads: new Set([...next.values()].filter((id) => id !== undefined)),
    });
    const live = new Set(heads.filter((head) => head.status !== "deleted").map((head) => head.id));
    for (const [userId, roomId] of next) {
      const isLive = roomId !== undefined && live.has(roomId);
      if (isLive) companions.add(userId);
      if (isLive || roomId === undefined) shared.delete(userId);
    }
  }
  return companions;
};

/**
 * Those of some people whose e-mail address a viewer sees: themself, their contacts, and those with whom they share a room
 * of any type. Both can be had without asking them, and so does it hold for the one who adds, not for the one who is added.
 * A block changes nothing of it, because an address that vanished would tell of the block.
 */
export const withSeenEmail = async (viewerId: string, userIds: readonly string[]): Promise<Set<string>> => {
  const others = [...new Set(userIds)].filter((userId) => userId !== viewerId);
  const contactIds = await getContactIds(viewerId, others);
  const strangers = others.filter((userId) => !contactIds.has(userId));
  const companions = strangers.length > 0 ? await getCompanions(viewerId, strangers) : new Set<string>();
  return new Set([viewerId, ...contactIds, ...companions]);
};
