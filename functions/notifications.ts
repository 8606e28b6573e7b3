import { notificationOperations } from "../contract/notifications.ts";
import { pushOperations } from "../contract/push.ts";
import { notificationHandlers } from "./handlers/notifications.ts";
import { pushHandlers } from "./handlers/push.ts";
import { serveHttp } from "./kernel/http.ts";

export const handler = serveHttp(
  { ...notificationOperations, ...pushOperations },
  { ...notificationHandlers, ...pushHandlers },
);
