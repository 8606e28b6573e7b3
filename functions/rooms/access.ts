import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { getHead, type Head, isThere } from "../store/rooms/heads.ts";
import { getMembership, type Membership } from "../store/rooms/memberships.ts";
import type { Permission } from "../store/rooms/permissions.ts";

/** A room with the caller's membership, both read just now. */
export interface MemberRoom {
  readonly head: Head;
  readonly me: Membership;
}

/** A room that the caller may read: a room of theirs, or a public one. */
export interface ReadableRoom {
  readonly head: Head;
  readonly me: Membership | undefined;
}

/**
 * Returns a room that the caller may read. Throws the same `forbidden` for a missing room and for
 * one that the caller may not read.
 */
export async function accessReadableRoom(userId: string, roomId: string): Promise<ReadableRoom> {
  const [head, me] = await Promise.all([
    getHead(roomId, "consistent"),
    getMembership(roomId, userId, "consistent"),
  ]);
  if (!isThere(head)) throw noRoomAccess();
  if (!me && head.type !== "public") throw noRoomAccess();
  return { head, me };
}

/** Returns a room of which the caller is a member. Throws `forbidden` otherwise. */
export async function accessMemberRoom(userId: string, roomId: string): Promise<MemberRoom> {
  const { head, me } = await accessReadableRoom(userId, roomId);
  if (!me) throw noRoomAccess();
  return { head, me };
}

/**
 * Throws `forbidden` unless the caller's role has the permission. `doing` completes "Your role in
 * this room may not".
 */
export function accessPermission({ head, me }: MemberRoom, permission: Permission, doing: string): void {
  if (!head.permissions[me.role][permission])
    throw new ApiError("forbidden", `Your role in this room may not ${doing}: ask one of its admins.`);
}

/**
 * Throws `forbidden` unless the caller is an admin. The two members of a direct room are equal, and
 * both count as admins.
 */
export function accessAdmin({ head, me }: MemberRoom, doing: string): void {
  if (head.type !== "direct" && me.role !== "admin")
    throw new ApiError("forbidden", `Only an admin of this room may ${doing}: ask one of them.`);
}

/** Throws `forbidden` in a direct room, which always has its two members and nothing to arrange. */
export function accessNotDirect({ head }: MemberRoom, detail: string): void {
  if (head.type === "direct") throw new ApiError("forbidden", detail);
}

/** Returns the caller's membership. Throws `forbidden` unless they are a member. */
export async function accessMembership(userId: string, roomId: string): Promise<Membership> {
  const me = await getMembership(roomId, userId, "consistent");
  if (!me) throw noRoomAccess();
  return me;
}
