import { type AvatarUploadRequest, avatarLimit } from "../../contract/avatars.ts";
import type { Media } from "../../contract/operation.ts";
import { inspectUpload } from "../attachments/inspect.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { isAvatarId, isAvatarOf, newAvatarId } from "../kernel/runtime/ids.ts";
import { uploadRequest, uploadSeconds } from "../store/attachments/object-urls.ts";
import { objectKeys } from "../store/table/keys.ts";
import { applyAvatar, deleteUnusedAvatar, getAvatar, putAvatar } from "../store/users/avatars.ts";
import { getProfile, type Profile } from "../store/users/profiles.ts";
import { avatarAddress, avatarOf } from "../users/avatar-address.ts";
import { ensureProfile } from "../users/profiles.ts";

/** Begins the upload of a picture: gives the one request that stores exactly it. Throws `too_large`. */
export async function createAvatarUpload(userId: string, wanted: AvatarUploadRequest) {
  const { file_size: size, media_type: mediaType } = wanted;
  if (size > avatarLimit)
    throw new ApiError(
      "too_large",
      `The picture has ${size} bytes, and may have ${avatarLimit}: make it smaller and upload that.`,
    );
  const upload = { id: newAvatarId(userId), size, mediaType };
  await putAvatar(upload);
  return { file_id: upload.id, upload: uploadRequest(upload), expires_in: uploadSeconds };
}

function noSuchUpload(): ApiError {
  return new ApiError("not_found", "You have no upload of a picture with this id, or it has expired.");
}

/** Makes an upload that was not used yet the picture; false where another call has used it since it was read. */
async function useUpload(userId: string, avatarId: string, called: URL): Promise<boolean> {
  const upload = await getAvatar(avatarId);
  if (!upload) throw noSuchUpload();
  if (upload.isUsed) return false;
  const etag = await inspectUpload(upload, () => deleteUnusedAvatar(avatarId));
  const { copyObject, deleteObject } = await import("../store/attachments/objects.ts");
  const { mediaType } = upload;
  if (!(await copyObject(objectKeys.pending(avatarId), objectKeys.avatar(avatarId), { mediaType, etag })))
    throw new ApiError("conflict", "The picture changed while it was looked at: send this request again.");
  if (await applyAvatar(userId, avatarId, avatarAddress(called, avatarId))) return true;
  if (await getAvatar(avatarId)) return false;
  // It expired meanwhile: so does the copy that was made of it.
  await deleteObject(objectKeys.avatar(avatarId));
  throw noSuchUpload();
}

/**
 * Makes an uploaded picture that of one's profile. The object is copied to where it stays before the profile names it; the
 * former one is removed behind the stream. A repeat finds it done. Throws `not_found` unless it is one's own upload,
 * `conflict` if it is not uploaded yet, or was one's picture before, and `invalid_input` if its bytes are no such picture.
 */
export async function setAvatar(actor: Actor, avatarId: string, called: URL): Promise<Profile> {
  if (!isAvatarOf(actor.userId, avatarId)) throw noSuchUpload();
  await ensureProfile(actor);
  const isNew = await useUpload(actor.userId, avatarId, called);
  const profile = await getProfile(actor.userId, "consistent");
  if (!profile) throw new Error(`The profile of ${actor.userId} is gone.`);
  if (!isNew && avatarOf(profile) !== avatarId)
    throw new ApiError("conflict", "This was your picture before: upload it again to have it back.");
  return profile;
}

/** Seconds, a week: for so long a picture that was removed may still be in the caches of those who saw it. */
const maxAge = 7 * 24 * 60 * 60;

/** The picture at an address that was given out. Throws `not_found`. */
export async function viewAvatar(avatarId: string): Promise<Media> {
  const { getObject } = await import("../store/attachments/objects.ts");
  // What is no id is not looked for: it may be any path.
  const object = isAvatarId(avatarId) ? await getObject(objectKeys.avatar(avatarId)) : undefined;
  if (!object) throw new ApiError("not_found", "There is no picture at this address any more.");
  return { ...object, maxAge };
}

/**
 * Removes the objects of an avatar that is nobody's picture. Called from the stream when a profile has another picture,
 * and when an upload is gone that was not used. An avatar that was replaced never comes back, so this is right at any
 * later time too.
 */
export async function removeAvatar(avatarId: string): Promise<void> {
  const { deleteObject } = await import("../store/attachments/objects.ts");
  await Promise.all([deleteObject(objectKeys.avatar(avatarId)), deleteObject(objectKeys.pending(avatarId))]);
}
