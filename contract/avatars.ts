import * as z from "zod";
import { deferred } from "./deferred.ts";
import type { MediaType } from "./media-types.ts";
import { newUpload } from "./objects/attachment.ts";
import { user } from "./objects/user.ts";
import { id } from "./objects/values.ts";
import { defineOperation } from "./operation.ts";

/** The media types of pictures that every browser shows. */
export const avatarTypes = [
  "image/jpeg",
  "image/png",
  "image/gif",
  "image/webp",
  "image/avif",
] as const satisfies readonly MediaType[];

/**
 * Bytes: 1 MB. A profile picture is shown small, and to many users: the client makes it small
 * before it uploads it.
 */
export const avatarLimit = 1024 * 1024;

export const avatarUploadRequest = deferred(() =>
  z.object({
    file_size: z.int().min(1),
    media_type: z.enum(avatarTypes),
  }),
);
export type AvatarUploadRequest = z.output<ReturnType<typeof avatarUploadRequest>>;

export const avatarOperations = {
  // Before createUpload: the router takes the first path that matches, and `avatar` matches
  // `{kind}`.
  createAvatarUpload: defineOperation({
    id: "createAvatarUpload",
    area: "attachments",
    method: "POST",
    path: "/api/chat/upload/avatar",
    summary: "Begin to upload a profile picture",
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
    summary: "Set the caller's profile picture",
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
    summary: "Download a profile picture",
    auth: "public",
    params: deferred(() => z.object({ avatar_id: id() })),
    success: { status: 200, schema: null, media: avatarTypes },
    errors: ["not_found"],
  }),
};
