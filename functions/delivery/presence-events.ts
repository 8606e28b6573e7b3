import { getPresence, type Presence, presenceSeenBy } from "../store/presence/presence.ts";
import { getHead, type Head, isBlocked, isThere } from "../store/rooms/heads.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import { listRoomIds } from "../store/rooms/memberships.ts";
import { getFirstRosters } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { areBlocked, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import { filterListeners, getAudience, listeningTo, withoutUser } from "./audience.ts";
import { postBestEffort } from "./best-effort.ts";

/** A room of up to this many members makes its members peers. */
const roomLimit = 50;
/** One change of presence is delivered to at most this many users. */
const peerLimit = 200;
/** Rosters of this many rooms are read at once: as many as are likely to have enough peers. */
const roomsAtOnce = 50;

/**
 * Returns the member ids of rooms that may be small enough, by room id. A direct room's head names
 * both members.
 */
async function membersOf(heads: readonly Head[]): Promise<Map<string, readonly string[]>> {
  const rosters = await getFirstRosters(heads.filter((head) => !head.pair).map((head) => head.id));
  return new Map(
    heads.map((head) => [head.id, head.pair ?? rosters.get(head.id)?.map((entry) => entry.userId) ?? []]),
  );
}

/**
 * Returns the peers of a user, each with the ids of the rooms that both share. A peer shares a
 * small room with the user. Up to 200 peers, from the most recently active rooms.
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
 * Publishes to a user's peers that the user came online or went offline. Peers whom a block
 * separates from the user get no event. The cost grows with the rooms and peers of that one user,
 * and ends at 200 peers. A connection of one room gets the event if both users are members of that
 * room.
 */
export function publishPresence(userId: string, isOnline: boolean, lastSeen: string | null): Promise<void> {
  return postBestEffort("presence", async () => {
    const peers = await peersOf(userId);
    if (peers.size === 0) return undefined;
    const { people } = await batchGet({ presences: [...peers.keys(), userId] });
    const connections = [...people.presences.values()]
      .filter((peer) => peer.userId !== userId && !areBlocked(people, userId, peer.userId))
      .flatMap((peer) => listeningTo(peers.get(peer.userId) ?? null, peer));
    return {
      connections,
      event: { type: "presence", user_id: userId, is_online: isOnline, last_seen: lastSeen },
    };
  });
}

function showPresence(shown: Presence, viewer: Presence, sharedRooms: ReadonlySet<string>): Promise<void> {
  return postBestEffort("presence", async () => {
    const { isOnline, lastSeen } = presenceSeenBy(shown, viewer);
    return {
      connections: listeningTo(sharedRooms, viewer),
      event: { type: "presence", user_id: shown.userId, is_online: isOnline, last_seen: lastSeen },
    };
  });
}

/**
 * Publishes to two peers how they see each other's presence after a block or its end. Each sees the
 * other go offline, or come back, just now. The presence of a user who is offline anyway is not
 * shown again.
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
 * Publishes that a user opened their first connection that is limited to this room, or closed the
 * last one. Rooms of over 200 members get no event, because each visit would cost as much as a
 * message.
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
    const recipients = filterListeners(
      withoutUser(audience, userId),
      (id) => !areBlocked(audience.people, userId, id),
    );
    const visitor = presentUser(personOf(audience.people, userId), true);
    return {
      connections: recipients.userIds.flatMap((id) => {
        const presence = audience.people.presences.get(id);
        return presence ? listeningTo(roomId, presence) : [];
      }),
      event: { type, room_id: roomId, user: visitor.email ?? visitor.username, user_id: userId },
    };
  });
}
