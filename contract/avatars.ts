import * as z from "zod";
import { deferred } from "./deferred.ts";
import type { MediaType } from "./media-types.ts";
import { newUpload } from "./objects/attachment.ts";
import { user } from "./objects/user.ts";
import { id } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

/** Pictures that every browser shows. */
export const avatarTypes = [
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "image/avif",
] as const satisfies readonly MediaType[];

/** Bytes: 1 MB. It is shown small and to many, so a client makes it small before it uploads it. */
export const avatarLimit = 1024 * 1024;

export const avatarUploadRequest = deferred(() =>
  z.object({
    /** Bytes, exactly. */
    file_size: z.int().min(1),
    media_type: z.enum(avatarTypes),
  }),
);
export type AvatarUploadRequest = z.output<ReturnType<typeof avatarUploadRequest>>;

export const avatarOperations = {
  // Ahead of createUpload, whose path would match this one as well.
  createAvatarUpload: defineOperation({
    id: "createAvatarUpload",
    area: "attachments",
    method: "POST",
    path: "/api/chat/upload/avatar",
    summary: "Begin to upload a picture of oneself",
    description: `At most ${avatarLimit} bytes. Answers with a URL that takes the picture once: a PUT of exactly \`file_size\` bytes with the headers given. Then updateAvatar makes it one's \`profile_picture\`. A picture that was not made it is removed after a day.`,
    auth: "user",
    body: avatarUploadRequest,
    success: { status: 201, schema: newUpload },
    errors: [],
  }),
  updateAvatar: defineOperation({
    id: "updateAvatar",
    area: "attachments",
    method: "PUT",
    path: "/api/chat/users/{user_id}/avatar",
    summary: "Make an uploaded picture one's profile picture; oneself only",
    description:
      "The former one is removed. A profile without a picture: `profile_picture` null in updateProfile.",
    auth: "user",
    params: deferred(() => z.object({ user_id: id() })),
    body: deferred(() => z.object({ file_id: id() })),
    success: { status: 200, schema: user },
    errors: ["forbidden", "not_found", "conflict"],
  }),
  getAvatar: defineOperation({
    id: "getAvatar",
    area: "attachments",
    method: "GET",
    path: "/api/chat/avatars/{avatar_id}",
    summary: "Get a profile picture",
    description:
      "Where a `profile_picture` that was uploaded here leads. It takes no token, as no page can send one with a picture: whoever was given the address has the picture. What is at an address never changes.",
    auth: "public",
    params: deferred(() => z.object({ avatar_id: id() })),
    success: { status: 200, schema: null, media: avatarTypes },
    errors: ["not_found"],
  }),
};
