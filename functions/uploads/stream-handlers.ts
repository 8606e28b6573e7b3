import type { StreamHandlers } from "../store/background/changes.ts";
import type { Profile } from "../store/users/profiles.ts";
import { avatarOf } from "../users/avatar-address.ts";
import { removeAvatar } from "./avatars.ts";

/** Removes the uploaded picture that a profile had, if the profile no longer shows it. */
async function removeFormerAvatar(before: Profile, after: Profile | undefined): Promise<void> {
  const former = avatarOf(before);
  if (former === undefined || (after && avatarOf(after) === former)) return;
  await removeAvatar(former);
}

export const uploadStreamHandlers = {
  profileChanged: ({ before, after }) => removeFormerAvatar(before, after),

  profileDeleted: (profile) => removeFormerAvatar(profile, undefined),

  /**
   * Removes the object of a picture that was not used within a day, and the copy that an
   * interrupted request may have made of it.
   */
  avatarDeleted: async ({ id, isUsed }) => {
    if (!isUsed) await removeAvatar(id);
  },
} satisfies StreamHandlers;
