/**
 * Changes of a room's head by its members and admins; heads.ts has the changes by a send. Each is
 * one update, fails if the room is deleted, and returns the head after it.
 *   one                       ROOM#r / HEAD
 */
import { randomBytes } from "node:crypto";
import type { Permissions, RoomStatus } from "../../../contract/objects/room.ts";
import { isoNow } from "../../kernel/runtime/time.ts";
import { keys } from "../table/keys.ts";
import { updateItem } from "../table/table.ts";
import type { Update } from "../table/update-expression.ts";
import { fitsHead, type Head, headFromItem } from "./heads.ts";
import { permissionsToText, usualPermissions } from "./permissions.ts";

/**
 * Updates a head on a condition, by default that the room is not deleted. Returns undefined if the
 * condition fails.
 */
async function updateHead(
  roomId: string,
  {
    set,
    condition,
    values,
  }: { set: Readonly<Record<string, unknown>> } & Pick<Update, "condition" | "values">,
): Promise<Head | undefined> {
  // Recognizes the call's own write. Two calls of one millisecond may set the same values.
  const stamp = randomBytes(6).toString("base64");
  const { done, item } = await updateItem(keys.head(roomId), {
    set: { ...set, stamp },
    condition: condition ?? ["attribute_exists(pk)", "#status <> :deleted"],
    values: { deleted: "deleted" satisfies RoomStatus, ...values },
    returns: "ALL_NEW",
  });
  // The SDK repeats a call if its answer was lost. Then the head is already as this update makes
  // it.
  return item && (done || item.stamp === stamp) ? headFromItem(item) : undefined;
}

interface HeadChanges {
  /**
   * Null removes the name; absent leaves it. The details hold a long name already (see
   * updateDetails).
   */
  readonly name?: string | null | undefined;
  /** Whether the room has details now. */
  readonly hasDetails: boolean;
}

/** Changes a room's name, and records that the room has details. */
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

/**
 * Changes a room's permissions. Returns undefined if they are no longer those of the given head.
 */
export function updateHeadPermissions(
  { id, type, permissions }: Head,
  wanted: Permissions,
): Promise<Head | undefined> {
  const seen = permissionsToText(permissions);
  const isUsual = seen === permissionsToText(usualPermissions(type));
  return updateHead(id, {
    set: { may: permissionsToText(wanted), updated_at: isoNow() },
    // A head without permissions gives the usual ones.
    condition: [
      "attribute_exists(pk)",
      "#status <> :deleted",
      isUsual ? "(attribute_not_exists(may) OR may = :seen)" : "may = :seen",
    ],
    values: { seen },
  });
}

/**
 * Opens a deleted direct room again. It is empty: its earlier messages stay below its floor.
 * Returns undefined if the room is not deleted, or one member has blocked the other.
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
    // The same number: if the room was opened, used and deleted again in between, its floor is
    // higher.
    condition: ["#status = :deleted", "seq = :seq", "attribute_not_exists(blocked_by)"],
    values: { seq: head.seq },
  });
}

/** Removes the content from the head of a deleted room. Only the record that it existed stays. */
export async function emptyHead(roomId: string): Promise<void> {
  await updateItem(keys.head(roomId), {
    remove: ["last", "last_seq", "name", "long_name", "details", "may"],
    condition: "#status = :deleted",
    values: { deleted: "deleted" satisfies RoomStatus },
  });
}

/** Records one more chunk of the room's roster, unless another call has done so. */
export async function addRosterChunk(roomId: string, chunks: number): Promise<void> {
  await updateHead(roomId, {
    set: { roster_chunks: chunks + 1 },
    condition: ["roster_chunks = :seen", "#status <> :deleted"],
    values: { seen: chunks },
  });
}

/** Records that a large room's list of connected members holds every connected member. */
export async function flagConnectedListed(roomId: string): Promise<void> {
  await updateHead(roomId, { set: { connected_listed: true } });
}
