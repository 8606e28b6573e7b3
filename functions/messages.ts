import { messageOperations } from "../contract/messages.ts";
import { messageHandlers } from "./handlers/messages.ts";
import { serveHttp } from "./kernel/http.ts";

export const handler = serveHttp(messageOperations, messageHandlers);
