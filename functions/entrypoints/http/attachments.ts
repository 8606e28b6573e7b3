import { attachmentOperations } from "../../../contract/attachments.ts";
import { avatarOperations } from "../../../contract/avatars.ts";
import { serveHttp } from "../../kernel/http/http.ts";
import { attachmentHandlers, avatarHandlers } from "../../uploads/handlers.ts";
import { provisionUser } from "../../users/provision.ts";

export const handler = serveHttp(
  { ...avatarOperations, ...attachmentOperations },
  { ...avatarHandlers, ...attachmentHandlers },
  provisionUser,
);
