import type { Message } from "../../contract/objects/message.ts";
import type { User } from "../../contract/objects/user.ts";
import type { Head } from "../data/heads.ts";
import { listRoomIds, type Membership } from "../data/memberships.ts";
import { getMessagesAt } from "../data/messages.ts";
import { personOf } from "../data/people.ts";
import { listUnread } from "../data/read-ahead.ts";
import { getFirstRosters, type RosterEntry } from "../data/rosters.ts";
import { getTogether } from "../data/together.ts";
import { firstVisibleSeq, type MemberRoom } from "./access-room.ts";
import { byActivity, pairMembers } from "./list-rooms.ts";
import { presentMessage } from "./present-message.ts";
import { presentUser } from "./present-user.ts";
import { marksOf, unreadCount } from "./read-state.ts";
import { inStanding } from "./witnesses.ts";

/**
 * Of each room only so many members tell who else has read a message of this list: a page may touch as many rooms as
 * it has messages, and all members of all of them would be thousands of reads.
 */
const witnessesInList = 50;

/** The caller's rooms in which something is unread, the most recently active first. */
const listUnreadRooms = async (userId: string): Promise<MemberRoom[]> => {
  const roomIds = await listRoomIds(userId);
  const { heads, memberships } = await getTogether({
    heads: roomIds,
    memberships: roomIds.map((roomId) => [roomId, userId] as const),
  });
  const mine = new Map(memberships.map((membership) => [membership.roomId, membership]));
  return heads
    .filter((head) => head.status !== "deleted")
    .sort(byActivity)
    .flatMap((head) => {
      const me = mine.get(head.id);
      return me && unreadCount(me, head.seq) > 0 ? [{ head, me }] : [];
    });
};

/** The places of a page: rooms one after the other, in each the oldest first. Nothing is read for it. */
const placesOf = (rooms: readonly MemberRoom[], skip: number, take: number) => {
  const places: { roomId: string; seq: number }[] = [];
  let before = 0;
  for (const { head, me } of rooms) {
    const left = take - places.length;
    const seqs = left > 0 ? listUnread(me, head.seq, Math.max(0, skip - before), left) : [];
    places.push(...seqs.map((seq) => ({ roomId: head.id, seq })));
    before += unreadCount(me, head.seq);
  }
  return places;
};

const getMembersOf = async (heads: readonly Head[]): Promise<Map<string, readonly RosterEntry[]>> => {
  const rosters = await getFirstRosters(heads.filter((head) => !head.pair).map((head) => head.id));
  return new Map(
    heads.map((head) => [head.id, head.pair ? pairMembers(head) : (rosters.get(head.id) ?? [])]),
  );
};

/**
 * A page of what somebody has not read, across all of their rooms. Reads the heads and the caller's memberships of all
 * rooms, as the list of rooms does, and the page's messages in one batch, however much is unread.
 */
export const listUnreadMessages = async (
  userId: string,
  page: { readonly number: number; readonly size: number },
): Promise<{ count: number; messages: Message[] }> => {
  const rooms = await listUnreadRooms(userId);
  const count = rooms.reduce((sum, { head, me }) => sum + unreadCount(me, head.seq), 0);
  const places = placesOf(rooms, (page.number - 1) * page.size, page.size);
  const touched = new Set(places.map(({ roomId }) => roomId));
  const shown = rooms.filter(({ head }) => touched.has(head.id));
  const [found, members] = await Promise.all([
    getMessagesAt(places),
    getMembersOf(shown.map(({ head }) => head)),
  ]);
  const { memberships } = await getTogether({
    memberships: shown.flatMap(({ head, me }) =>
      (members.get(head.id) ?? [])
        .slice(0, witnessesInList)
        .filter((member) => member.userId !== me.userId)
        .map((member) => [head.id, member.userId] as const),
    ),
  });
  const roomOf = new Map(
    shown.map((room) => {
      const entries = members.get(room.head.id) ?? [];
      const others = memberships.filter((membership) => membership.roomId === room.head.id);
      const marks: Membership[] = inStanding(entries, others, room.me);
      return [room.head.id, { room, marks, memberIds: new Set(entries.map((entry) => entry.userId)) }];
    }),
  );
  const messages = found.flatMap((stored) => {
    const known = roomOf.get(stored.roomId);
    if (!known || stored.seq < firstVisibleSeq(known.room)) return [];
    return [{ stored, known, marks: marksOf(stored, userId, known.marks) }];
  });
  const userIds = messages.flatMap(({ stored, marks }) => [stored.senderId, ...marks.readBy]);
  const { people } = await getTogether({ profiles: userIds, presences: [...userIds, userId] });
  return {
    count,
    messages: messages.map(({ stored, known, marks }) => {
      const present = (id: string): User =>
        presentUser(personOf(people, id, userId), id === userId || known.memberIds.has(id));
      return presentMessage(stored, marks, present);
    }),
  };
};
