import { avatarOperations } from "../../contract/avatars.ts";
import { isAvatarOf } from "../kernel/runtime/ids.ts";
import type { Profile } from "../store/users/profiles.ts";

const [folder = ""] = avatarOperations.getAvatar.path.split("{");

/**
 * Returns the address of an avatar at the host of `called`, the URL by which its owner calls the
 * API.
 */
export function avatarAddress(called: URL, avatarId: string): string {
  return new URL(folder + avatarId, called).href;
}

/**
 * Returns the id of this user's avatar at an address, whatever the host; undefined for any other
 * address.
 */
export function ownAvatarAt(userId: string, address: string | null): string | undefined {
  if (address === null || !URL.canParse(address)) return undefined;
  const { pathname } = new URL(address);
  const id = pathname.slice(folder.length);
  return pathname.startsWith(folder) && isAvatarOf(userId, id) ? id : undefined;
}

/**
 * Returns the id of the avatar that is a profile's picture; undefined for a picture that was not
 * uploaded here.
 */
export function avatarOf({ id, profile_picture }: Profile): string | undefined {
  return ownAvatarAt(id, profile_picture);
}
