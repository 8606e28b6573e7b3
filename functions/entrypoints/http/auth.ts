import { authOperations } from "../../../contract/auth.ts";
import { authHandlers } from "../../handlers/auth.ts";
import { serveHttp } from "../../kernel/http/http.ts";

export const handler = serveHttp(authOperations, authHandlers);
