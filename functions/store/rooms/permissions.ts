/**
 * Permissions of each role in a room, as a few letters in the room's head: capitals for admins,
 * small letters for members. A head without letters gives the usual permissions, so rooms that
 * never changed any pay no bytes.
 */
import type { Permissions, RoomRole, RoomType } from "../../../contract/objects/room.ts";

export type Permission = keyof Permissions["member"];

const letters: Record<Permission, string> = {
  can_send: "s",
  can_view_history: "h",
  can_add_members: "a",
  can_pin: "p",
};

const all = { can_send: true, can_view_history: true, can_add_members: true, can_pin: true };

/**
 * Returns the permissions of a new room. In a direct room both members are equal, and neither adds
 * others.
 */
export function usualPermissions(type: RoomType): Permissions {
  const member = { ...all, can_add_members: false };
  return { admin: type === "direct" ? member : all, member };
}

/** Returns the letter of a permission of a role. */
export function permissionLetter(role: RoomRole, permission: Permission): string {
  return role === "admin" ? letters[permission].toUpperCase() : letters[permission];
}

// Object.keys forgets the key type; a Record over a union holds exactly the union's names.
const names = Object.keys(letters) as Permission[];

export function permissionsToText(permissions: Permissions): string {
  return (["admin", "member"] as const)
    .flatMap((role) => names.map((name) => (permissions[role][name] ? permissionLetter(role, name) : "")))
    .join("");
}

export function permissionsFromText(text: string): Permissions {
  const of = (role: RoomRole) => ({
    can_send: text.includes(permissionLetter(role, "can_send")),
    can_view_history: text.includes(permissionLetter(role, "can_view_history")),
    can_add_members: text.includes(permissionLetter(role, "can_add_members")),
    can_pin: text.includes(permissionLetter(role, "can_pin")),
  });
  return { admin: of("admin"), member: of("member") };
}
