import { getPresence, type Presence, presenceSeenBy } from "../store/presence/presence.ts";
import { getHead, type Head, isBlocked, isLarge, isThere } from "../store/rooms/heads.ts";
import { listRoomIds } from "../store/rooms/memberships.ts";
import { getFirstRosters } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { areBlocked, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import { getAudience, listeningTo, only, others } from "./audience.ts";
import { postBestEffort } from "./best-effort.ts";

/** Members of a room whose presence concerns the others of it. */
const roomLimit = 50;
/** People who are told of one change. */
const peerLimit = 200;
/** Rooms whose rosters are read at once: as many as are likely to have enough peers. */
const roomsAtOnce = 50;

/** The members of rooms that may be small enough, by room. A direct room's head names both. */
async function membersOf(heads: readonly Head[]): Promise<Map<string, readonly string[]>> {
  const rosters = await getFirstRosters(heads.filter((head) => !head.pair).map((head) => head.id));
  return new Map(
    heads.map((head) => [head.id, head.pair ?? rosters.get(head.id)?.map((entry) => entry.userId) ?? []]),
  );
}

/**
 * The people who share a small room with somebody, each with the rooms that they share: those of the rooms
 * that were active last, at most 200.
 */
async function peersOf(userId: string): Promise<Map<string, Set<string>>> {
  const { heads } = await batchGet({ heads: await listRoomIds(userId) });
  const rooms = heads
    // A roster of several chunks has, or had, over 200 members.
    .filter((head) => isThere(head) && !isLarge(head))
    .sort((one, other) => (one.updatedAt < other.updatedAt ? 1 : -1));
  const peers = new Map<string, Set<string>>();
  for (let at = 0; at < rooms.length && peers.size < peerLimit; at += roomsAtOnce) {
    for (const [roomId, members] of await membersOf(rooms.slice(at, at + roomsAtOnce))) {
      if (members.length > roomLimit) continue;
      for (const member of members) {
        if (member === userId) continue;
        const shared = peers.get(member);
        if (shared) shared.add(roomId);
        else if (peers.size < peerLimit) peers.set(member, new Set([roomId]));
      }
    }
  }
  return peers;
}

/**
 * Tells the peers of somebody that they came online, or went offline, but for those whom a block hides them from. Its cost grows with the rooms and peers
 * of that one person, and ends at 200 peers. A connection of one room is told if both are in that room.
 */
export function publishPresence(userId: string, isOnline: boolean, lastSeen: string | null): Promise<void> {
  return postBestEffort("presence", async () => {
    const peers = await peersOf(userId);
    if (peers.size === 0) return undefined;
    const { people } = await batchGet({ presences: [...peers.keys(), userId] });
    const connections = [...people.presences.values()]
      .filter((peer) => peer.userId !== userId && !areBlocked(people, userId, peer.userId))
      .flatMap((peer) =>
        peer.connections.filter(({ roomId }) => roomId === undefined || peers.get(peer.userId)?.has(roomId)),
      );
    return {
      connections,
      event: { type: "presence", user_id: userId, is_online: isOnline, last_seen: lastSeen },
    };
  });
}

function showPresence(of: Presence, to: Presence, sharedRooms: ReadonlySet<string>): Promise<void> {
  return postBestEffort("presence", async () => {
    const { isOnline, lastSeen } = presenceSeenBy(of, to);
    return {
      connections: to.connections.filter(({ roomId }) => roomId === undefined || sharedRooms.has(roomId)),
      event: { type: "presence", user_id: of.userId, is_online: isOnline, last_seen: lastSeen },
    };
  });
}

/**
 * Shows two people each other's presence as they see it from now on, after a block or its end, if they are peers: each
 * as if the other had gone, or come back, just now. Who is offline anyway is not shown again.
 */
export async function publishPresenceBetween(one: string, other: string): Promise<void> {
  const sharedRooms = (await peersOf(one)).get(other);
  if (!sharedRooms) return;
  const [first, second] = await Promise.all([
    getPresence(one, "consistent"),
    getPresence(other, "consistent"),
  ]);
  await Promise.all([
    first.isOnline ? showPresence(first, second, sharedRooms) : undefined,
    second.isOnline ? showPresence(second, first, sharedRooms) : undefined,
  ]);
}

/**
 * Tells the others of a room that somebody opened their first connection of this room alone, or closed the
 * last one. In rooms of over 200 members nobody is told: each visit would cost as much as a message.
 */
export function publishVisit(
  type: "user_joined" | "user_left",
  userId: string,
  roomId: string,
): Promise<void> {
  return postBestEffort(type, async () => {
    const head = await getHead(roomId);
    if (!isThere(head) || isBlocked(head) || isLarge(head)) return undefined;
    const audience = await getAudience(head, userId);
    const told = only(others(audience, userId), (id) => !areBlocked(audience.people, userId, id));
    const visitor = presentUser(personOf(audience.people, userId), true);
    return {
      connections: told.userIds.flatMap((id) => {
        const presence = audience.people.presences.get(id);
        return presence ? listeningTo(roomId, presence) : [];
      }),
      event: { type, room_id: roomId, user: visitor.email ?? visitor.username, user_id: userId },
    };
  });
}
