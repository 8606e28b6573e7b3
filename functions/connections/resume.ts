import type { ServerEvent } from "../../contract/events.ts";
import { inParts } from "../delivery/split-event.ts";
import { isThere } from "../store/rooms/heads.ts";
import { listRoomIds } from "../store/rooms/memberships.ts";
import { countUnread } from "../store/rooms/read-ahead.ts";
import { batchGet } from "../store/table/batch-get.ts";

/** What a client holds of a room: the last message and the last change that it has seen. */
export interface Held {
  readonly seq: number;
  readonly rev: number;
}

interface MovedRoom extends Held {
  readonly room_id: string;
  readonly unread_count: number;
}

interface MovedRooms {
  /** The caller's rooms of which the client holds something else than there is, or nothing. */
  readonly moved: MovedRoom[];
  /** Rooms that the client holds and that are not the caller's. */
  readonly removed: string[];
  /** How many rooms that the client holds were not looked up. */
  readonly left: number;
}

/** Rooms that the index does not list, looked up by one call: as many as a batch reads. */
const lookUpLimit = 100;

/**
 * Compares what a client holds with what there is. Heads are read as they are now: a message that was sent a moment
 * before the client's connection was noted went past it, and a stale head would let the client miss it until the next.
 */
export async function listChangedRooms(
  userId: string,
  held: Readonly<Record<string, Held>>,
): Promise<MovedRooms> {
  const listed = new Set(await listRoomIds(userId));
  // The index may be behind: nothing that the client holds is taken from it on the index's word alone. Nobody names many
  // that are not theirs, unless to have them read; the others come when the client names those that it has left.
  const notListed = Object.keys(held).filter((roomId) => !listed.has(roomId));
  const unlisted = notListed.slice(0, lookUpLimit);
  const left = new Set(notListed.slice(lookUpLimit));
  const { memberships: joined } = await batchGet(
    { memberships: unlisted.map((roomId) => [roomId, userId] as const) },
    "consistent",
  );
  const roomIds = [...listed, ...joined.map((membership) => membership.roomId)];
  const { heads } = await batchGet({ heads: roomIds }, "consistent");
  const mine = heads.filter(isThere);
  const moved = mine.filter((head) => {
    const known = Object.hasOwn(held, head.id) ? held[head.id] : undefined;
    // Who holds more than there is held it before the table was restored: not all of it is there any more.
    return !known || head.seq !== known.seq || head.rev !== known.rev;
  });
  const { memberships } = await batchGet({
    memberships: moved.map((head) => [head.id, userId] as const),
  });
  const byRoom = new Map(memberships.map((membership) => [membership.roomId, membership]));
  const there = new Set(mine.map((head) => head.id));
  return {
    moved: moved.map((head) => {
      const me = byRoom.get(head.id);
      return {
        room_id: head.id,
        seq: head.seq,
        rev: head.rev,
        unread_count: me ? countUnread(me, head.seq) : 0,
      };
    }),
    removed: Object.keys(held).filter((roomId) => !there.has(roomId) && !left.has(roomId)),
    left: left.size,
  };
}

type Hello = Extract<ServerEvent, { type: "hello" }>;
type Part = Pick<Hello, "rooms" | "removed">;

/**
 * What a client that names what it holds is told: one event, or several where one cannot carry it. Each says how many
 * entries are still to come, so that a client sees whether one was lost, or rooms that it named were not looked up.
 */
export async function resume(userId: string, held: Readonly<Record<string, Held>>): Promise<Hello[]> {
  const { moved, removed, left } = await listChangedRooms(userId, held);
  const parts: Part[] = inParts<Part["rooms"][number] | string>([...moved, ...removed]).map((entries) => ({
    rooms: entries.filter((entry) => typeof entry !== "string"),
    removed: entries.filter((entry) => typeof entry === "string"),
  }));
  if (parts.length === 0) parts.push({ rooms: [], removed: [] });
  let remaining = moved.length + removed.length + left;
  return parts.map((part) => {
    remaining -= part.rooms.length + part.removed.length;
    return { type: "hello", user_id: userId, ...part, remaining };
  });
}
