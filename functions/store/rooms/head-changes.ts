/**
 * Changes of a room's head by those who arrange the room; what sending does to it is in heads.ts. Each is one update,
 * refused where the room is deleted, and gives the head as it is then.
 *   one                       ROOM#r / HEAD
 */
import type { Permissions, RoomStatus } from "../../../contract/objects/room.ts";
import { isoNow } from "../../kernel/runtime/time.ts";
import { keys } from "../table/keys.ts";
import { updateItem } from "../table/table.ts";
import type { Update } from "../table/update-expression.ts";
import { fitsHead, type Head, headFromItem } from "./heads.ts";
import { permissionsToText, usualPermissions } from "./permissions.ts";

/** Updates a head on a condition, which is that the room is not deleted unless it is given. Returns undefined if it fails. */
async function updateHead(
  roomId: string,
  {
    set,
    condition,
    values,
  }: { set: Readonly<Record<string, unknown>> } & Pick<Update, "condition" | "values">,
): Promise<Head | undefined> {
  const { done, item } = await updateItem(keys.head(roomId), {
    set,
    condition: condition ?? ["attribute_exists(pk)", "#status <> :deleted"],
    values: { deleted: "deleted" satisfies RoomStatus, ...values },
    returns: "ALL_NEW",
  });
  // The SDK repeats a call whose answer was lost: then the head is already as this update makes it.
  const isAsWanted =
    item !== undefined && Object.entries(set).every(([name, value]) => (value ?? item[name]) === item[name]);
  return item && (done || isAsWanted) ? headFromItem(item) : undefined;
}

interface HeadChanges {
  /** Null for none; absent where it stays. A long one stands in the details already (see updateDetails). */
  readonly name?: string | null | undefined;
  /** Whether the room has details now. */
  readonly hasDetails: boolean;
}

/** Names a room, and notes that it has details. */
export function updateHeadName(roomId: string, { name, hasDetails }: HeadChanges): Promise<Head | undefined> {
  const isLong = typeof name === "string" && !fitsHead(name);
  return updateHead(roomId, {
    set: {
      updated_at: isoNow(),
      ...(hasDetails && { details: true }),
      ...(name !== undefined && { name: isLong ? null : name, long_name: isLong ? true : null }),
    },
  });
}

export function updateHeadStatus(roomId: string, status: RoomStatus): Promise<Head | undefined> {
  return updateHead(roomId, { set: { status, updated_at: isoNow() } });
}

/** Changes the permissions of a room from what they were read as; undefined where they have changed meanwhile. */
export function updateHeadPermissions(
  { id, type, permissions }: Head,
  wanted: Permissions,
): Promise<Head | undefined> {
  const seen = permissionsToText(permissions);
  const isUsual = seen === permissionsToText(usualPermissions(type));
  return updateHead(id, {
    set: { may: permissionsToText(wanted), updated_at: isoNow() },
    // A head without them gives what is usual.
    condition: [
      "attribute_exists(pk)",
      "#status <> :deleted",
      isUsual ? "(attribute_not_exists(may) OR may = :seen)" : "may = :seen",
    ],
    values: { seen },
  });
}

/**
 * Opens a deleted room again, empty: what it held stays below its floor. Undefined where it is not deleted, or one of
 * its two has blocked the other.
 */
export function reopenHead(head: Head): Promise<Head | undefined> {
  const now = isoNow();
  return updateHead(head.id, {
    set: {
      status: "active" satisfies RoomStatus,
      floor: head.seq,
      created_at: now,
      updated_at: now,
      last: null,
      last_seq: null,
      may: null,
    },
    // The same number: deleted, opened, used and deleted again in the meantime, the room has a higher floor.
    condition: ["#status = :deleted", "seq = :seq", "attribute_not_exists(blocked_by)"],
    values: { seq: head.seq },
  });
}

/** Takes off the head of a deleted room what it tells of it: that there was a room is all that stays. */
export async function emptyHead(roomId: string): Promise<void> {
  await updateItem(keys.head(roomId), {
    remove: ["last", "last_seq", "name", "long_name", "details", "may"],
    condition: "#status = :deleted",
    values: { deleted: "deleted" satisfies RoomStatus },
  });
}

/** Notes that the room's roster has one chunk more, unless somebody else has done so. */
export async function addRosterChunk(roomId: string, chunks: number): Promise<void> {
  await updateHead(roomId, {
    set: { roster_chunks: chunks + 1 },
    condition: ["roster_chunks = :seen", "#status <> :deleted"],
    values: { seen: chunks },
  });
}

/** Notes that every member of a large room is noted with its list of who is live. */
export async function flagConnectedListed(roomId: string): Promise<void> {
  await updateHead(roomId, { set: { connected_listed: true } });
}
