import { presenceOperations } from "../../../contract/presence.ts";
import { sessionOperations } from "../../../contract/sessions.ts";
import { sessionHandlers } from "../../handlers/sessions.ts";
import { serveHttp } from "../../kernel/http/http.ts";
import { presenceHandlers } from "../../presence/handlers.ts";
import { admit } from "../../users/profiles.ts";

export const handler = serveHttp(
  { ...presenceOperations, ...sessionOperations },
  { ...presenceHandlers, ...sessionHandlers },
  admit,
);
