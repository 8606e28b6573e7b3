import type { attachmentOperations } from "../../contract/attachments.ts";
import type { Handlers } from "../kernel/http/http.ts";
import { createUpload, deleteUpload, viewUpload } from "./uploads.ts";

export const attachmentHandlers: Handlers<typeof attachmentOperations> = {
  createUpload: async ({ actor, params, body }) => createUpload(actor.userId, params.kind, body),

  getUpload: async ({ actor, params }) => viewUpload(actor.userId, params.file_id),

  deleteUpload: async ({ actor, params }) => {
    await deleteUpload(actor.userId, params.file_id);
  },
};
