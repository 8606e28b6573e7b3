import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { getHead, type Head, isBlocked, isThere } from "../store/rooms/heads.ts";
import { getMembership, type Membership } from "../store/rooms/memberships.ts";
import type { Permission } from "../store/rooms/permissions.ts";

/** A room with the caller's membership, read as they are now. */
export interface MemberRoom {
  readonly head: Head;
  readonly me: Membership;
}

/** A room that the caller may read: one of their own, or a public one. */
export interface ReadableRoom {
  readonly head: Head;
  readonly me: Membership | undefined;
}

/** Throws `forbidden`, alike for a room that does not exist and one that the caller may not read. */
export async function accessReadableRoom(userId: string, roomId: string): Promise<ReadableRoom> {
  const [head, me] = await Promise.all([
    getHead(roomId, "consistent"),
    getMembership(roomId, userId, "consistent"),
  ]);
  if (!isThere(head)) throw noRoomAccess();
  if (!me && head.type !== "public") throw noRoomAccess();
  return { head, me };
}

/** Throws `forbidden` unless the room is there and the caller is a member. */
export async function accessMemberRoom(userId: string, roomId: string): Promise<MemberRoom> {
  const { head, me } = await accessReadableRoom(userId, roomId);
  if (!me) throw noRoomAccess();
  return { head, me };
}

/**
 * The first seq that the caller may see: what was there before they joined is hidden where their role may not view it,
 * and then all of it from somebody who reads a public room without having joined.
 */
export function firstVisibleSeq({ head, me }: ReadableRoom): number {
  const fromStart = head.permissions[me?.role ?? "member"].can_view_history;
  return Math.max(head.floor, fromStart ? 0 : (me?.joinedSeq ?? head.seq)) + 1;
}

/** Throws `forbidden` unless the caller's role has the permission. */
export function accessPermission({ head, me }: MemberRoom, permission: Permission, doing: string): void {
  if (!head.permissions[me.role][permission])
    throw new ApiError("forbidden", `Your role in this room may not ${doing}: ask one of its admins.`);
}

/** Throws `forbidden` unless the caller is an admin; the two of a direct room are equal, and both count as one. */
export function accessAdmin({ head, me }: MemberRoom, doing: string): void {
  if (head.type !== "direct" && me.role !== "admin")
    throw new ApiError("forbidden", `Only an admin of this room may ${doing}: ask one of them.`);
}

/** Throws `forbidden` in a direct room, which always has its two members and nothing to arrange. */
export function accessNotDirect({ head }: MemberRoom, detail: string): void {
  if (head.type === "direct") throw new ApiError("forbidden", detail);
}

/** Throws `forbidden` unless the caller is a member. */
export async function accessMembership(userId: string, roomId: string): Promise<Membership> {
  const me = await getMembership(roomId, userId, "consistent");
  if (!me) throw noRoomAccess();
  return me;
}

/** Says nothing of a block: where there is one, this is all that anybody learns. */
function notAllowed(): ApiError {
  return new ApiError("forbidden", "You can't send messages in this room.");
}

/** Why a room takes no message of a member. */
export function sendingRefusal(head: Head | undefined): ApiError {
  if (!isThere(head)) return noRoomAccess();
  if (head.status === "archived")
    return new ApiError("forbidden", "The room is archived: activate it to send messages again.");
  return notAllowed();
}

/** Whether the member may send now; sending itself decides by the same, in its first write. */
export function maySend({ head, me }: MemberRoom): boolean {
  return head.status === "active" && !isBlocked(head) && head.permissions[me.role].can_send;
}

/** Throws `forbidden` unless the member may send now. */
export function accessSending(room: MemberRoom): void {
  if (!maySend(room)) throw sendingRefusal(room.head);
}

/**
 * Throws `forbidden` where one of the two of a direct room has blocked the other: no word passes, by an edit neither, and
 * nothing that they could call the other with again and again.
 */
export function accessUnblocked({ head }: MemberRoom): void {
  if (isBlocked(head)) throw notAllowed();
}
