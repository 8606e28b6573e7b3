import { attachmentOperations } from "../contract/attachments.ts";
import { attachmentHandlers } from "./handlers/attachments.ts";
import { serveHttp } from "./kernel/http.ts";

export const handler = serveHttp(attachmentOperations, attachmentHandlers);
