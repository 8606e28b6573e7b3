import { authOperations } from "../../../contract/auth.ts";
import { authHandlers } from "../../accounts/handlers.ts";
import { serveHttp } from "../../kernel/http/http.ts";

export const handler = serveHttp(authOperations, authHandlers);
