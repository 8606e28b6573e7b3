import { type AvatarUploadRequest, avatarLimit } from "../../contract/avatars.ts";
import type { Media } from "../../contract/operation.ts";
import { inspectUpload } from "../attachments/inspect-upload.ts";
import type { Actor } from "../kernel/auth/actor.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import { isAvatarId, isAvatarOf, newAvatarId } from "../kernel/runtime/ids.ts";
import { uploadRequest, uploadSeconds } from "../store/attachments/object-urls.ts";
import { objectKeys } from "../store/table/keys.ts";
import { applyAvatar, deleteUnusedAvatar, getAvatar, putAvatar } from "../store/users/avatars.ts";
import { getProfile, type Profile } from "../store/users/profiles.ts";
import { avatarAddress, avatarOf } from "../users/avatar-address.ts";
import { ensureProfile } from "../users/profiles.ts";

/**
 * Begins the upload of a picture: returns the one request that stores exactly this picture. Throws
 * `too_large`.
 */
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

/** Makes an unused upload the user's picture. Returns false if another call has used it. */
async function useUpload(userId: string, avatarId: string, requestUrl: URL): Promise<boolean> {
  const upload = await getAvatar(avatarId);
  if (!upload) throw noSuchUpload();
  if (upload.isUsed) return false;
  const etag = await inspectUpload(upload, () => deleteUnusedAvatar(avatarId));
  const { copyObject, deleteObject } = await import("../store/attachments/objects.ts");
  const { mediaType } = upload;
  if (!(await copyObject(objectKeys.pending(avatarId), objectKeys.avatar(avatarId), { mediaType, etag })))
    throw new ApiError("conflict", "The picture changed while it was looked at: send this request again.");
  if (await applyAvatar(userId, avatarId, avatarAddress(requestUrl, avatarId))) return true;
  if (await getAvatar(avatarId)) return false;
  // The upload expired meanwhile, so its copy is deleted.
  await deleteObject(objectKeys.avatar(avatarId));
  throw noSuchUpload();
}

/**
 * Makes an uploaded picture the caller's picture. The object is copied to its final place before
 * the profile names it. The stream removes the former picture. A repeat has no effect.
 *
 * Throws `not_found` unless it is the caller's own upload. Throws `conflict` if it is not uploaded
 * yet, or was the caller's picture before. Throws `invalid_input` if its bytes are not such a
 * picture.
 */
export async function setAvatar(actor: Actor, avatarId: string, requestUrl: URL): Promise<Profile> {
  if (!isAvatarOf(actor.userId, avatarId)) throw noSuchUpload();
  await ensureProfile(actor);
  const isNew = await useUpload(actor.userId, avatarId, requestUrl);
  const profile = await getProfile(actor.userId, "consistent");
  if (!profile) throw new Error(`The profile of ${actor.userId} is missing.`);
  if (!isNew && avatarOf(profile) !== avatarId)
    throw new ApiError("conflict", "This was your picture before: upload it again to have it back.");
  return profile;
}

/** Seconds: a week. Caches may keep a removed picture for that long. */
const maxAge = 7 * 24 * 60 * 60;

/** Returns the picture at an address of the API. Throws `not_found`. */
export async function viewAvatar(avatarId: string): Promise<Media> {
  const { getObject } = await import("../store/attachments/objects.ts");
  // Only an id is looked up: the path may be anything.
  const object = isAvatarId(avatarId) ? await getObject(objectKeys.avatar(avatarId)) : undefined;
  if (!object) throw new ApiError("not_found", "There is no longer a picture at this address.");
  return { ...object, maxAge };
}

/**
 * Removes the objects of an avatar that is no user's picture. The stream calls it when a profile
 * gets another picture, and when an unused upload is deleted. A replaced avatar is never used
 * again, so a later call is right too.
 */
export async function removeAvatar(avatarId: string): Promise<void> {
  const { deleteObject } = await import("../store/attachments/objects.ts");
  await Promise.all([deleteObject(objectKeys.avatar(avatarId)), deleteObject(objectKeys.pending(avatarId))]);
}
