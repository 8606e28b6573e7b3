import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { getContactIds } from "../store/contacts/contacts.ts";
import { isThere } from "../store/rooms/heads.ts";
import { listRoomIds } from "../store/rooms/memberships.ts";
import { batchGet } from "../store/table/batch-get.ts";

const listsAtOnce = 25;

/**
 * Returns the ids of the rooms that users share with a viewer, deleted ones included, by user id.
 * Users who share no room are left out.
 */
async function getShared(viewerId: string, userIds: readonly string[]): Promise<Map<string, string[]>> {
  const own = new Set(await listRoomIds(viewerId));
  const shared = new Map<string, string[]>();
  await forEachConcurrent(userIds, listsAtOnce, async (userId) => {
    const common = (await listRoomIds(userId)).filter((roomId) => own.has(roomId));
    if (common.length > 0) shared.set(userId, common);
  });
  return shared;
}

/**
 * Returns the users who share an existing room with a viewer. For each user it first checks the
 * room that most of them share. So a page of one room's members reads one head. Each further round
 * checks twice as many rooms, because a deleted room keeps its members for a minute.
 */
async function getCompanions(viewerId: string, userIds: readonly string[]): Promise<Set<string>> {
  const shared = await getShared(viewerId, userIds);
  const counts = new Map<string, number>();
  for (const roomId of [...shared.values()].flat()) counts.set(roomId, (counts.get(roomId) ?? 0) + 1);
  // The rooms at the end are checked first.
  for (const roomIds of shared.values())
    roomIds.sort((one, other) => (counts.get(one) ?? 0) - (counts.get(other) ?? 0));
  const companions = new Set<string>();
  for (let roomsPerUser = 1; shared.size > 0; roomsPerUser *= 2) {
    const next = [...shared].map(([userId, roomIds]) => [userId, roomIds.splice(-roomsPerUser)] as const);
    const { heads } = await batchGet({ heads: new Set(next.flatMap(([, roomIds]) => roomIds)) });
    const existing = new Set(heads.filter(isThere).map((head) => head.id));
    for (const [userId, roomIds] of next) {
      const sharesRoom = roomIds.some((roomId) => existing.has(roomId));
      if (sharesRoom) companions.add(userId);
      if (sharesRoom || shared.get(userId)?.length === 0) shared.delete(userId);
    }
  }
  return companions;
}

/**
 * Returns the users whose e-mail address a viewer sees. They are the viewer, their contacts, and
 * users with whom they share a room of any type. A user can get contacts and rooms without the
 * other's consent. So a contact counts for the user who added it, not for the added one. A block
 * changes nothing, because a vanished address would reveal the block.
 */
export async function withSeenEmail(viewerId: string, userIds: readonly string[]): Promise<Set<string>> {
  const others = [...new Set(userIds)].filter((userId) => userId !== viewerId);
  const contactIds = await getContactIds(viewerId, others);
  const strangers = others.filter((userId) => !contactIds.has(userId));
  const companions = strangers.length > 0 ? await getCompanions(viewerId, strangers) : new Set<string>();
  return new Set([viewerId, ...contactIds, ...companions]);
}
