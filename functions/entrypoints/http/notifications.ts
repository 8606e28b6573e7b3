import { notificationOperations } from "../../../contract/notifications.ts";
import { pushOperations } from "../../../contract/push.ts";
import { serveHttp } from "../../kernel/http/http.ts";
import { notificationHandlers } from "../../notifications/handlers.ts";
import { pushHandlers } from "../../push/handlers.ts";
import { provisionUser } from "../../users/provision.ts";

export const handler = serveHttp(
  { ...notificationOperations, ...pushOperations },
  { ...notificationHandlers, ...pushHandlers },
  provisionUser,
);
