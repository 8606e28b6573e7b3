import { messageChangeOperations } from "../../../contract/message-changes.ts";
import { messageOperations } from "../../../contract/messages.ts";
import { messageReadStateOperations } from "../../../contract/read-state.ts";
import { admit } from "../../actions/admit.ts";
import { messageChangeHandlers } from "../../handlers/message-changes.ts";
import { messageHandlers } from "../../handlers/messages.ts";
import { messageReadStateHandlers } from "../../handlers/read-state.ts";
import { serveHttp } from "../../kernel/http/http.ts";

export const handler = serveHttp(
  { ...messageOperations, ...messageChangeOperations, ...messageReadStateOperations },
  { ...messageHandlers, ...messageChangeHandlers, ...messageReadStateHandlers },
  admit,
);
