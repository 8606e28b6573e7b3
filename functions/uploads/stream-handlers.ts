import type { Change } from "../store/background/changes.ts";
import { avatarOf } from "../users/avatar-address.ts";
import { removeAvatar } from "./avatars.ts";

/** A profile has another picture, or none any more: the one that was uploaded for it goes. */
export async function onAvatarReplaced(change: Change): Promise<void> {
  if (change.kind !== "profile" || !change.before) return;
  const former = avatarOf(change.before);
  if (former === undefined || (change.after && avatarOf(change.after) === former)) return;
  await removeAvatar(former);
}

/** The upload of a picture is over, after a day: where it was not used, its object goes, and a copy that was cut off. */
export async function onAvatarDeleted(change: Change): Promise<void> {
  if (change.kind !== "avatar" || change.after || !change.before || change.before.isUsed) return;
  await removeAvatar(change.before.id);
}
