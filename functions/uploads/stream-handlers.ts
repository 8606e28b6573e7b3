import type { Change } from "../store/background/changes.ts";
import { avatarOf } from "../users/avatar-address.ts";
import { removeAvatar } from "./avatars.ts";

/** Removes the former picture after a profile got another one, or none. */
export async function onAvatarReplaced(change: Change): Promise<void> {
  if (change.kind !== "profile" || !change.before) return;
  const former = avatarOf(change.before);
  if (former === undefined || (change.after && avatarOf(change.after) === former)) return;
  await removeAvatar(former);
}

/**
 * Removes the objects of a picture's upload that was not used within a day. An interrupted call may
 * have left a copy as well.
 */
export async function onAvatarDeleted(change: Change): Promise<void> {
  if (change.kind !== "avatar" || change.after || !change.before || change.before.isUsed) return;
  await removeAvatar(change.before.id);
}
