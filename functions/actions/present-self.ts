import type { User } from "../../contract/objects/user.ts";
import { getPresence } from "../store/presence/presence.ts";
import type { Profile } from "../store/users/profiles.ts";
import { presentUser } from "../users/present.ts";

/** Oneself, as one is shown to oneself. */
export const presentSelf = async (profile: Profile): Promise<User> =>
  presentUser({ profile, presence: await getPresence(profile.id) }, true);
