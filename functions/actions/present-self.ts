import type { User } from "../../contract/objects/user.ts";
import { getPresence } from "../data/presence.ts";
import type { Profile } from "../data/profiles.ts";
import { presentUser } from "./present-user.ts";

/** Oneself, as one is shown to oneself. */
export const presentSelf = async (profile: Profile): Promise<User> =>
  presentUser({ profile, presence: await getPresence(profile.id) }, true);
