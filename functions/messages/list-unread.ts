import type { Message } from "../../contract/objects/message.ts";
import type { Slice } from "../kernel/http/page.ts";
import { messageId } from "../kernel/runtime/ids.ts";
import type { MemberRoom } from "../rooms/access.ts";
import { byActivity } from "../rooms/list.ts";
import { getMessagesAt } from "../store/messages/messages.ts";
import { isThere } from "../store/rooms/heads.ts";
import { listRoomIds } from "../store/rooms/memberships.ts";
import { countUnread, listUnread } from "../store/rooms/unread.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { viewMessagesOfRooms } from "./view-rooms.ts";

/** Returns the caller's rooms with unread messages, the most recently active first. */
async function listUnreadRooms(userId: string): Promise<MemberRoom[]> {
  const roomIds = await listRoomIds(userId);
  const { heads, memberships } = await batchGet({
    heads: roomIds,
    memberships: roomIds.map((roomId) => [roomId, userId] as const),
  });
  const mine = new Map(memberships.map((membership) => [membership.roomId, membership]));
  return heads
    .filter(isThere)
    .sort(byActivity)
    .flatMap((head) => {
      const me = mine.get(head.id);
      return me && countUnread(me, head.seq) > 0 ? [{ head, me }] : [];
    });
}

/**
 * Returns the places of a page: room after room, the oldest message first in each. Reads nothing.
 */
function placesOf(rooms: readonly MemberRoom[], skip: number, take: number) {
  const places: { roomId: string; seq: number }[] = [];
  let before = 0;
  for (const { head, me } of rooms) {
    const left = take - places.length;
    const seqs = left > 0 ? listUnread(me, head.seq, Math.max(0, skip - before), left) : [];
    places.push(...seqs.map((seq) => ({ roomId: head.id, seq })));
    before += countUnread(me, head.seq);
  }
  return places;
}

/**
 * Returns a page of the user's unread messages across all rooms. Reads the heads and the caller's
 * memberships of all rooms, as the list of rooms does. Reads the page's messages in one batch,
 * whatever the unread count is. Undefined stands for a number that holds no message.
 */
export async function listUnreadMessages(
  userId: string,
  page: Slice,
): Promise<{ count: number; messages: (Message | undefined)[] }> {
  const rooms = await listUnreadRooms(userId);
  const count = rooms.reduce((sum, { head, me }) => sum + countUnread(me, head.seq), 0);
  const places = placesOf(rooms, page.start, page.size);
  const touched = new Set(places.map(({ roomId }) => roomId));
  const shown = rooms.filter(({ head }) => touched.has(head.id));
  const messages = await viewMessagesOfRooms(userId, shown, getMessagesAt(places));
  const byId = new Map(messages.map((message) => [message.id, message]));
  return { count, messages: places.map(({ roomId, seq }) => byId.get(messageId(roomId, seq))) };
}
