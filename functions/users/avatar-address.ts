import { avatarOperations } from "../../contract/avatars.ts";
import { isAvatarOf } from "../kernel/runtime/ids.ts";
import type { Profile } from "../store/users/profiles.ts";

const [folder = ""] = avatarOperations.getAvatar.path.split("{");

/** Where an avatar is got, at the host that `called` names: the one by which its owner calls the API. */
export function avatarAddress(called: URL, avatarId: string): string {
  return new URL(folder + avatarId, called).href;
}

/** Which avatar of this person an address is that of, whatever the host; undefined for any other address. */
export function ownAvatarAt(userId: string, address: string | null): string | undefined {
  if (address === null || !URL.canParse(address)) return undefined;
  const { pathname } = new URL(address);
  const id = pathname.slice(folder.length);
  return pathname.startsWith(folder) && isAvatarOf(userId, id) ? id : undefined;
}

/** The avatar that is a profile's picture; undefined where it is none that was uploaded here. */
export function avatarOf({ id, profile_picture }: Profile): string | undefined {
  return ownAvatarAt(id, profile_picture);
}
