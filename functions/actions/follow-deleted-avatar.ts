import type { Change } from "../store/background/changes.ts";
import { removeAvatar } from "../uploads/avatars.ts";

/** The upload of a picture is over, after a day: where it was not used, its object goes, and a copy that was cut off. */
export const followDeletedAvatar = async (change: Change): Promise<void> => {
  if (change.kind !== "avatar" || change.after || !change.before || change.before.isUsed) return;
  await removeAvatar(change.before.id);
};
