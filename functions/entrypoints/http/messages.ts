import { messageChangeOperations } from "../../../contract/message-changes.ts";
import { messageOperations } from "../../../contract/messages.ts";
import { messageReadStateOperations } from "../../../contract/read-state.ts";
import { serveHttp } from "../../kernel/http/http.ts";
import { messageChangeHandlers, messageHandlers, messageReadStateHandlers } from "../../messages/handlers.ts";
import { provisionUser } from "../../users/provision.ts";

export const handler = serveHttp(
  { ...messageOperations, ...messageChangeOperations, ...messageReadStateOperations },
  { ...messageHandlers, ...messageChangeHandlers, ...messageReadStateHandlers },
  provisionUser,
);
