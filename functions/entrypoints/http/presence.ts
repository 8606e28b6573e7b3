import { presenceOperations } from "../../../contract/presence.ts";
import { sessionOperations } from "../../../contract/sessions.ts";
import { serveHttp } from "../../kernel/http/http.ts";
import { presenceHandlers, sessionHandlers } from "../../presence/handlers.ts";
import { provisionUser } from "../../users/provision.ts";

export const handler = serveHttp(
  { ...presenceOperations, ...sessionOperations },
  { ...presenceHandlers, ...sessionHandlers },
  provisionUser,
);
