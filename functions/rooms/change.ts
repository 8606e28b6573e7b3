import type { Permissions, Room } from "../../contract/objects/room.ts";
import type { PermissionChanges, RoomChanges } from "../../contract/rooms.ts";
import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { backoff } from "../kernel/runtime/retry.ts";
import { updateDetails } from "../store/rooms/details.ts";
import { updateHeadName, updateHeadPermissions, updateHeadStatus } from "../store/rooms/head-changes.ts";
import { fitsHead, type Head } from "../store/rooms/heads.ts";
import { type NotificationChanges, updateMemberNotifications } from "../store/rooms/members.ts";
import { deleteListing } from "../store/rooms/public-rooms.ts";
import { accessAdmin, accessMemberRoom, accessNotDirect, type MemberRoom } from "./access.ts";
import { publishRoomDeleted, publishRoomUpdated, publishRoomUpdatedTo } from "./events.ts";
import { reconcilePublicListing } from "./reconcile.ts";
import { accessUnblocked } from "./sending.ts";
import { viewRoom } from "./view.ts";

/**
 * Publishes the changed room to all members, and returns the caller's view. Throws `forbidden` if
 * the room was deleted meanwhile.
 */
async function publishChange(head: Head | undefined, { me }: MemberRoom): Promise<Room> {
  if (!head) throw noRoomAccess();
  const [room] = await Promise.all([
    viewRoom({ head, me }, me.userId, "consistent"),
    publishRoomUpdated(head, [me]),
  ]);
  return room;
}

/**
 * Changes the name, the description and the tags of a room. Writes the details first, then the
 * head, then the list of public rooms. If interrupted: a part of the change is stored, each part
 * whole. The room may have a new description under the old name, or be found under its old name.
 * Repaired by: a repeated call.
 */
export async function updateRoom(userId: string, roomId: string, changes: RoomChanges): Promise<Room> {
  const room = await accessMemberRoom(userId, roomId);
  accessNotDirect(room, "A direct room has no name and no description: it is called by its two members.");
  accessAdmin(room, "change its name, description or tags");
  const { name, description, tags } = changes;
  const longName = typeof name === "string" && !fitsHead(name) ? name : undefined;
  const hasDetails = description !== undefined || tags !== undefined || longName !== undefined;
  if (name === undefined && !hasDetails) return viewRoom(room, userId);
  if (hasDetails) await updateDetails(roomId, { description, tags, longName });
  const head = await updateHeadName(roomId, { name, hasDetails });
  if (head?.type === "public" && head.status === "active" && name !== undefined)
    await reconcilePublicListing(roomId);
  return publishChange(head, room);
}

/**
 * Archives an active room; it takes no messages then. A public room leaves the list of public rooms
 * first.
 */
export async function archiveRoom(userId: string, roomId: string): Promise<Room> {
  const room = await accessMemberRoom(userId, roomId);
  accessAdmin(room, "archive it");
  accessUnblocked(room);
  if (room.head.type === "public") await deleteListing(roomId);
  const head = await updateHeadStatus(roomId, "archived");
  // A concurrent change may have listed the room again.
  if (head?.type === "public") await reconcilePublicListing(roomId);
  return publishChange(head, room);
}

/**
 * Activates an archived room. A public room then returns to the list of public rooms; a repeated
 * call completes an interrupted one.
 */
export async function activateRoom(userId: string, roomId: string): Promise<Room> {
  const room = await accessMemberRoom(userId, roomId);
  accessAdmin(room, "activate it");
  accessUnblocked(room);
  const head = await updateHeadStatus(roomId, "active");
  const view = await publishChange(head, room);
  if (head?.type === "public") await reconcilePublicListing(roomId);
  return view;
}

/**
 * Deletes a room: one write puts it out of reach for all users, and its members get an event. A
 * public room leaves the list of public rooms first. If interrupted: the room exists and is not
 * listed. Repaired by: a repeated call.
 */
export async function removeRoom(head: Head): Promise<void> {
  if (head.type === "public") await deleteListing(head.id);
  if (await updateHeadStatus(head.id, "deleted")) await publishRoomDeleted(head);
}

/** Deletes a room for one of its admins. Throws `forbidden`. */
export async function deleteRoom(userId: string, roomId: string): Promise<void> {
  const room = await accessMemberRoom(userId, roomId);
  accessAdmin(room, "delete it");
  await removeRoom(room.head);
}

/** Returns an object with the changes that are not undefined. */
function withChanges<T extends object>(current: T, changes: { [K in keyof T]?: T[K] | undefined }): T {
  return {
    ...current,
    ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
  };
}

/** Attempts of a change of permissions that meets concurrent changes. */
const permissionAttempts = 6;

/** Changes what each role may do. Throws `conflict` if concurrent changes do not end. */
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
      admin: withChanges(admin, changes.admin),
      member: withChanges(member, changes.member),
    };
    const head = await updateHeadPermissions(room.head, permissions);
    if (head) return publishChange(head, room);
    if (attempt === permissionAttempts)
      throw new ApiError("conflict", "Others are changing the permissions of this room: try again.");
    await backoff(attempt);
  }
}

/**
 * Changes the caller's own notification settings of a room, and publishes that to all their
 * connections.
 */
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
