import type { attachmentOperations } from "../../contract/attachments.ts";
import type { avatarOperations } from "../../contract/avatars.ts";
import { ApiError } from "../kernel/http/api-error.ts";
import type { Handlers } from "../kernel/http/http.ts";
import { presentSelf } from "../users/present.ts";
import { createAvatarUpload, setAvatar, viewAvatar } from "./avatars.ts";
import { createUpload, deleteUpload, viewUpload } from "./uploads.ts";

export const attachmentHandlers: Handlers<typeof attachmentOperations> = {
  createUpload: async ({ actor, params, body }) => createUpload(actor.userId, params.kind, body),

  getUpload: async ({ actor, params }) => viewUpload(actor.userId, params.file_id),

  deleteUpload: async ({ actor, params }) => {
    await deleteUpload(actor.userId, params.file_id);
  },
};

export const avatarHandlers: Handlers<typeof avatarOperations> = {
  createAvatarUpload: async ({ actor, body }) => createAvatarUpload(actor.userId, body),

  updateAvatar: async ({ actor, params, body, url }) => {
    if (params.user_id !== actor.userId)
      throw new ApiError("forbidden", "This is not your id: you can change your own picture alone.");
    return presentSelf(await setAvatar(actor, body.file_id, url));
  },

  getAvatar: async ({ params }) => viewAvatar(params.avatar_id),
};
