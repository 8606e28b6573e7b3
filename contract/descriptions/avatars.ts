import { avatarLimit, avatarOperations } from "../avatars.ts";
import { describeOperations } from "./describe.ts";
import * as examples from "./examples.ts";

export const avatarDescriptions = describeOperations(avatarOperations, {
  createAvatarUpload: {
    description:
      "Begins to upload a profile picture. The answer has the one request that stores the bytes. Send " +
      "it, then `updateAvatar` with the `file_id`. A picture that is not set within a day is removed.",
    body: {
      file_size: {
        description: `The size of the picture in bytes, exactly, 1 to ${avatarLimit.toLocaleString("en")}.`,
        example: 48_213,
      },
      media_type: { description: "The media type of the picture.", example: "image/png" },
    },
    success: "The upload, and the request that stores its bytes.",
    errors: { too_large: "The picture has more than 1 MB, or the body more than 256 KB." },
  },
  updateAvatar: {
    description:
      "Makes an uploaded picture the caller's profile picture. The bytes are checked, and removed if " +
      "they are not such a picture. The former picture is removed. To have none, set `profile_picture` " +
      "to null with `updateProfile`.",
    body: {
      file_id: { description: "The id of the upload, up to 128 characters.", example: examples.avatar },
    },
    success: "The caller, with the new picture.",
    errors: {
      invalid_input:
        "A field is not valid, or the bytes are not what the upload announced; then they are removed.",
      forbidden: "`user_id` is not the caller's own id.",
      not_found: "The caller has no upload of a picture with this id, or it has expired.",
      conflict: "The picture is not uploaded yet, changed meanwhile, or was the caller's picture before.",
    },
  },
  getAvatar: {
    description:
      "Downloads a profile picture that was uploaded. `profile_picture` has the URL. It takes no token, " +
      "because a page cannot send one with a picture. The picture at a URL never changes. Clients may " +
      "cache it for a week.",
    success: "The picture.",
    errors: { not_found: "The picture with this id no longer exists." },
  },
});
