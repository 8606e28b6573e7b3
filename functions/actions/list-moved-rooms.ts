import { listRoomIds } from "../data/memberships.ts";
import { getTogether } from "../data/together.ts";
import { unreadCount } from "./read-state.ts";

/** What a client holds of a room: the last message and the last change that it has seen. */
export interface Held {
  readonly seq: number;
  readonly rev: number;
}

export interface MovedRoom extends Held {
  readonly room_id: string;
  readonly unread_count: number;
}

/** The caller's rooms in which there is more than the client holds; a room that it does not know counts as empty. */
export const listMovedRooms = async (
  userId: string,
  held: Readonly<Record<string, Held>>,
): Promise<MovedRoom[]> => {
  const roomIds = await listRoomIds(userId);
  const { heads } = await getTogether({ heads: roomIds });
  const moved = heads.filter((head) => {
    const known = Object.hasOwn(held, head.id) ? held[head.id] : undefined;
    return head.status !== "deleted" && (!known || head.seq > known.seq || head.rev > known.rev);
  });
  const { memberships } = await getTogether({
    memberships: moved.map((head) => [head.id, userId] as const),
  });
  const byRoom = new Map(memberships.map((membership) => [membership.roomId, membership]));
  return moved.map((head) => {
    const me = byRoom.get(head.id);
    return {
      room_id: head.id,
      seq: head.seq,
      rev: head.rev,
      unread_count: me ? unreadCount(me, head.seq) : 0,
    };
  });
};
