import type { Message } from "../../contract/objects/message.ts";
import type { User } from "../../contract/objects/user.ts";
import type { ReadableRoom } from "../rooms/access.ts";
import { pairMembers } from "../rooms/participants.ts";
import { marksOf, readersAmongOthers } from "../rooms/read-by.ts";
import { inJoinOrder } from "../rooms/tracked-readers.ts";
import type { StoredMessage } from "../store/messages/messages.ts";
import type { Head } from "../store/rooms/heads.ts";
import { firstVisibleSeq } from "../store/rooms/history-visibility.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { getFirstRosters, type RosterEntry } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import { presentMessage } from "./present.ts";

/**
 * The number of members per room whose marks decide who else has read a message of this list. A
 * page may touch as many rooms as it has messages: all members of all of them would be thousands of
 * reads.
 */
const trackedReadersInList = 50;

async function getMembersOf(heads: readonly Head[]): Promise<Map<string, readonly RosterEntry[]>> {
  const rosters = await getFirstRosters(heads.filter((head) => !head.pair).map((head) => head.id));
  return new Map(
    heads.map((head) => [head.id, head.pair ? pairMembers(head) : (rosters.get(head.id) ?? [])]),
  );
}

/**
 * Returns messages of these rooms as their viewer sees them, in the given order. Leaves out
 * messages that the viewer may not see.
 */
export async function viewMessagesOfRooms(
  viewerId: string,
  rooms: readonly ReadableRoom[],
  stored: readonly StoredMessage[] | Promise<readonly StoredMessage[]>,
): Promise<Message[]> {
  const [found, members] = await Promise.all([stored, getMembersOf(rooms.map(({ head }) => head))]);
  const { memberships } = await batchGet({
    memberships: rooms.flatMap(({ head }) =>
      (members.get(head.id) ?? [])
        .slice(0, trackedReadersInList)
        .filter((member) => member.userId !== viewerId)
        .map((member) => [head.id, member.userId] as const),
    ),
  });
  const roomOf = new Map(
    rooms.map((room) => {
      const entries = members.get(room.head.id) ?? [];
      const others = memberships.filter((membership) => membership.roomId === room.head.id);
      const marks: Membership[] = inJoinOrder(room.head, entries, others, room.me);
      // A viewer who is not a member shares the room with no user.
      const known = new Set(room.me ? entries.map((entry) => entry.userId) : []);
      return [room.head.id, { room, marks, known }];
    }),
  );
  const messages = found.flatMap((message) => {
    const place = roomOf.get(message.roomId);
    if (!place || message.seq < firstVisibleSeq(place.room)) return [];
    const marks = marksOf(message, viewerId, place.marks);
    return [{ message, place, marks: { ...marks, readBy: marks.readBy.slice(0, readersAmongOthers) } }];
  });
  const userIds = messages.flatMap(({ message, marks }) => [message.senderId, ...marks.readBy]);
  const unknown = messages.flatMap(({ message: { roomId, senderId }, place }) =>
    isLarge(place.room.head) && place.room.me && !place.known.has(senderId)
      ? [[roomId, senderId] as const]
      : [],
  );
  const { people, memberships: senders } = await batchGet({
    memberships: new Map(unknown.map((pair) => [pair.join(" "), pair])).values(),
    profiles: userIds,
    presences: [...userIds, viewerId],
  });
  for (const { roomId, userId } of senders) roomOf.get(roomId)?.known.add(userId);
  return messages.map(({ message, place, marks }) => {
    const present = (id: string): User =>
      presentUser(personOf(people, id, viewerId), id === viewerId || place.known.has(id));
    return presentMessage(message, marks, present);
  });
}
