import type { Permissions, Room } from "../../contract/objects/room.ts";
import type { PermissionChanges, RoomChanges } from "../../contract/rooms.ts";
import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { backoff } from "../kernel/runtime/retry.ts";
import { updateDetails } from "../store/rooms/details.ts";
import { updateHeadName, updateHeadPermissions, updateHeadStatus } from "../store/rooms/head-changes.ts";
import { fitsHead, type Head } from "../store/rooms/heads.ts";
import { type NotificationChanges, updateMemberNotifications } from "../store/rooms/members.ts";
import { deleteListing } from "../store/rooms/public-rooms.ts";
import {
  accessAdmin,
  accessMemberRoom,
  accessNotDirect,
  accessUnblocked,
  type MemberRoom,
} from "./access.ts";
import { publishRoomDeleted, publishRoomUpdated, publishRoomUpdatedTo } from "./events.ts";
import { reconcilePublicListing } from "./reconcile.ts";
import { viewRoom } from "./view.ts";

/** Tells all members what the room is now, and gives the caller's view. Throws `forbidden` where it was deleted meanwhile. */
async function announce(head: Head | undefined, { me }: MemberRoom): Promise<Room> {
  if (!head) throw noRoomAccess();
  const [room] = await Promise.all([
    viewRoom({ head, me }, me.userId, "consistent"),
    publishRoomUpdated(head, [me]),
  ]);
  return room;
}

/**
 * Changes the name, the description and the tags of a room: details, then the head, then the place in the list of public
 * rooms. What a crash leaves is a part of the change, each part whole: a new description under the old name, or a new
 * name that is found under the old one. A repeat completes it.
 */
export async function updateRoom(userId: string, roomId: string, changes: RoomChanges): Promise<Room> {
  const room = await accessMemberRoom(userId, roomId);
  accessNotDirect(room, "A direct room has no name and no description: it is called by its two members.");
  accessAdmin(room, "change its name, description or tags");
  const { name, description, tags } = changes;
  const longName = typeof name === "string" && !fitsHead(name) ? name : undefined;
  const inDetails = description !== undefined || tags !== undefined || longName !== undefined;
  if (name === undefined && !inDetails) return viewRoom(room, userId);
  if (inDetails) await updateDetails(roomId, { description, tags, longName });
  const head = await updateHeadName(roomId, { name, hasDetails: inDetails });
  if (head?.type === "public" && head.status === "active" && name !== undefined)
    await reconcilePublicListing(roomId);
  return announce(head, room);
}

/** Puts an active room into the archive, where it takes no messages. A public one leaves the list of them first. */
export async function archiveRoom(userId: string, roomId: string): Promise<Room> {
  const room = await accessMemberRoom(userId, roomId);
  accessAdmin(room, "archive it");
  accessUnblocked(room);
  if (room.head.type === "public") await deleteListing(roomId);
  const head = await updateHeadStatus(roomId, "archived");
  // A change at the same time may have listed it again.
  if (head?.type === "public") await reconcilePublicListing(roomId);
  return announce(head, room);
}

/** Takes a room out of the archive; a public one then returns to the list of them, which a repeat completes. */
export async function activateRoom(userId: string, roomId: string): Promise<Room> {
  const room = await accessMemberRoom(userId, roomId);
  accessAdmin(room, "activate it");
  accessUnblocked(room);
  const head = await updateHeadStatus(roomId, "active");
  const view = await announce(head, room);
  if (head?.type === "public") await reconcilePublicListing(roomId);
  return view;
}

/**
 * Deletes a room: it is out of everybody's reach with one write, and its members are told. A public one leaves the list
 * of them first; what a crash leaves then is a room that is not listed, which a repeat deletes.
 */
export async function removeRoom(head: Head): Promise<void> {
  if (head.type === "public") await deleteListing(head.id);
  if (await updateHeadStatus(head.id, "deleted")) await publishRoomDeleted(head);
}

export async function deleteRoom(userId: string, roomId: string): Promise<void> {
  const room = await accessMemberRoom(userId, roomId);
  accessAdmin(room, "delete it");
  await removeRoom(room.head);
}

/** What is given and not undefined replaces what is. */
function merged<T extends object>(present: T, changes: { [K in keyof T]?: T[K] | undefined }): T {
  return {
    ...present,
    ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
  };
}

/** How often a change of permissions is tried while others change them. */
const permissionAttempts = 6;

/** Says what each role may do. Throws `conflict` where others go on changing it. */
export async function updatePermissions(
  userId: string,
  roomId: string,
  changes: PermissionChanges,
): Promise<Room> {
  for (let attempt = 1; ; attempt += 1) {
    const room = await accessMemberRoom(userId, roomId);
    accessNotDirect(room, "In a direct room both are equal: there are no permissions to change.");
    accessAdmin(room, "change its permissions");
    const { admin, member } = room.head.permissions;
    const permissions: Permissions = {
      admin: merged(admin, changes.admin),
      member: merged(member, changes.member),
    };
    const head = await updateHeadPermissions(room.head, permissions);
    if (head) return announce(head, room);
    if (attempt === permissionAttempts)
      throw new ApiError("conflict", "Others are changing the permissions of this room: try again.");
    await backoff(attempt);
  }
}

/** Changes the caller's own notifications of a room, and tells their other connections. */
export async function updateNotifications(
  userId: string,
  roomId: string,
  changes: NotificationChanges,
): Promise<Room> {
  const { head, me } = await accessMemberRoom(userId, roomId);
  if (changes.enabled === undefined && changes.mutedUntil === undefined)
    return viewRoom({ head, me }, userId);
  const changed = await updateMemberNotifications(roomId, userId, changes);
  if (!changed) throw noRoomAccess();
  await publishRoomUpdatedTo(head, changed);
  return viewRoom({ head, me: changed }, userId);
}
