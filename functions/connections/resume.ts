import type { ServerEvent } from "../../contract/events.ts";
import { inParts } from "../delivery/split-event.ts";
import { type Head, isThere } from "../store/rooms/heads.ts";
import { listRoomIds, type Membership } from "../store/rooms/memberships.ts";
import { countUnread } from "../store/rooms/unread.ts";
import { batchGet } from "../store/table/batch-get.ts";

/** The state of a room that a client has: the last message and the last change that it has seen. */
export interface Held {
  readonly seq: number;
  readonly rev: number;
}

interface ChangedRoom extends Held {
  readonly room_id: string;
  readonly unread_count: number;
}

interface ChangedRooms {
  /** The caller's rooms that differ from what the client has, and rooms that it does not have. */
  readonly changed: ChangedRoom[];
  /** Rooms that the client has and that are not the caller's. */
  readonly removed: string[];
  /** The number of rooms that the client has and that were not checked. */
  readonly left: number;
}

/** Returns whether the client has another state of the room than the present one, or none. */
function differs(head: Head, held: Readonly<Record<string, Held>>): boolean {
  const known = Object.hasOwn(held, head.id) ? held[head.id] : undefined;
  // A client with more than the present state got it before the table was restored: part of that is
  // missing now.
  return !known || head.seq !== known.seq || head.rev !== known.rev;
}

function presentRooms(heads: readonly Head[], memberships: readonly Membership[]): ChangedRoom[] {
  const byRoom = new Map(memberships.map((membership) => [membership.roomId, membership]));
  return heads.map(({ id, seq, rev }) => {
    const me = byRoom.get(id);
    return { room_id: id, seq, rev, unread_count: me ? countUnread(me, seq) : 0 };
  });
}

/** The number of rooms outside of the index that one call looks up: as many as a batch reads. */
const lookUpLimit = 100;

/**
 * Compares what a client has with the present state. Heads are read consistently. The client did
 * not get a message that was sent a moment before its connection was recorded. A stale head would
 * hide that message until the next one.
 */
export async function listChangedRooms(
  userId: string,
  held: Readonly<Record<string, Held>>,
): Promise<ChangedRooms> {
  const listed = new Set(await listRoomIds(userId));
  // The index may lag, so a room is not reported as removed on the index's word alone. Clients
  // rarely name many rooms that are not theirs, unless to cause reads. The rooms beyond the limit
  // are checked when the client names the unchecked ones again.
  const others = Object.keys(held).filter((roomId) => !listed.has(roomId));
  const lookedUp = others.slice(0, lookUpLimit);
  const left = new Set(others.slice(lookUpLimit));
  const { memberships: joined } = await batchGet(
    { memberships: lookedUp.map((roomId) => [roomId, userId] as const) },
    "consistent",
  );
  const roomIds = [...listed, ...joined.map((membership) => membership.roomId)];
  const { heads } = await batchGet({ heads: roomIds }, "consistent");
  const mine = heads.filter(isThere);
  const changed = mine.filter((head) => differs(head, held));
  const { memberships } = await batchGet({
    memberships: changed.map((head) => [head.id, userId] as const),
  });
  const currentIds = new Set(mine.map((head) => head.id));
  return {
    changed: presentRooms(changed, memberships),
    removed: Object.keys(held).filter((roomId) => !currentIds.has(roomId) && !left.has(roomId)),
    left: left.size,
  };
}

type Pong = Extract<ServerEvent, { type: "pong" }>;

/**
 * Returns the answer to a `ping` that names what the client has of a few rooms: those that differ,
 * and those that are not the caller's. A message or change whose post was lost leaves no hole if
 * nothing follows it, so the client would not notice it otherwise.
 */
export async function checkRooms(userId: string, held: Readonly<Record<string, Held>>): Promise<Pong> {
  const named = Object.keys(held);
  const { heads, memberships } = await batchGet(
    { heads: named, memberships: named.map((roomId) => [roomId, userId] as const) },
    "consistent",
  );
  const joined = new Set(memberships.map(({ roomId }) => roomId));
  const mine = heads.filter(isThere).filter(({ id }) => joined.has(id));
  const present = new Set(mine.map(({ id }) => id));
  return {
    type: "pong",
    rooms: presentRooms(
      mine.filter((head) => differs(head, held)),
      memberships,
    ),
    removed: named.filter((roomId) => !present.has(roomId)),
  };
}

type Hello = Extract<ServerEvent, { type: "hello" }>;
type Part = Pick<Hello, "rooms" | "removed">;

/**
 * Returns the events for a client that names what it has: one, or several if one cannot carry it
 * all. Each has the number of entries that are still to come. So a client notices a lost event, and
 * rooms that were not checked.
 */
export async function resume(userId: string, held: Readonly<Record<string, Held>>): Promise<Hello[]> {
  const { changed, removed, left } = await listChangedRooms(userId, held);
  const parts: Part[] = inParts<Part["rooms"][number] | string>([...changed, ...removed]).map((entries) => ({
    rooms: entries.filter((entry) => typeof entry !== "string"),
    removed: entries.filter((entry) => typeof entry === "string"),
  }));
  if (parts.length === 0) parts.push({ rooms: [], removed: [] });
  let remaining = changed.length + removed.length + left;
  return parts.map((part) => {
    remaining -= part.rooms.length + part.removed.length;
    return { type: "hello", user_id: userId, ...part, remaining };
  });
}
