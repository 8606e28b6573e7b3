import { notificationOperations } from "../contract/notifications.ts";
import { notificationHandlers } from "./handlers/notifications.ts";
import { serveHttp } from "./kernel/http.ts";

export const handler = serveHttp(notificationOperations, notificationHandlers);
