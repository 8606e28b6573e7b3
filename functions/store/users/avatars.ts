/**
 * Avatars: uploads of users' pictures, and which of them became a profile's picture.
 *   one by id                 AVATAR#id / AVATAR
 * The item expires after a day, and with it the object of a picture that was never used. For a used
 * picture only the profile says whether its object is needed.
 */
import { epochSeconds, isPast } from "../../kernel/runtime/time.ts";
import { idOfKey, keys } from "../table/keys.ts";
import { deleteIf, getItem, type Item, putIfAbsent, transactWrite } from "../table/table.ts";
import { updateExpression } from "../table/update-expression.ts";

export interface Avatar {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  readonly mediaType: string;
  /** Whether it became a user's picture, which happens once. */
  readonly isUsed: boolean;
}

/** Seconds for which an upload waits to be used. */
const uploadLifetime = 24 * 60 * 60;

/** Records an upload for a day. */
export async function putAvatar(upload: Omit<Avatar, "isUsed">): Promise<void> {
  await putIfAbsent({
    ...keys.avatar(upload.id),
    size: upload.size,
    media_type: upload.mediaType,
    expires_at: epochSeconds() + uploadLifetime,
  });
}

export function avatarFromItem(item: Item): Avatar {
  return {
    id: idOfKey(String(item.pk)),
    size: Number(item.size),
    mediaType: String(item.media_type),
    isUsed: item.used === true,
  };
}

export async function getAvatar(id: string): Promise<Avatar | undefined> {
  const item = await getItem(keys.avatar(id), "consistent");
  return item && !isPast(Number(item.expires_at)) ? avatarFromItem(item) : undefined;
}

/**
 * Makes an upload the picture of a profile, once. Returns false if it was used before or has
 * expired. Both items are written or neither. So the upload says whether its object is needed until
 * it is used, and from then on the profile does.
 */
export async function applyAvatar(userId: string, id: string, address: string): Promise<boolean> {
  const { done } = await transactWrite([
    {
      Update: {
        Key: keys.avatar(id),
        ...updateExpression({
          set: { used: true },
          condition: ["attribute_exists(pk)", "attribute_not_exists(used)", "expires_at > :now"],
          values: { now: epochSeconds() },
        }),
      },
    },
    {
      Update: {
        Key: keys.profile(userId),
        ...updateExpression({ set: { profile_picture: address }, condition: "attribute_exists(pk)" }),
      },
    },
  ]);
  return done;
}

/** Deletes an upload that was not used. */
export async function deleteUnusedAvatar(id: string): Promise<void> {
  await deleteIf(keys.avatar(id), "attribute_not_exists(used)");
}
