import { searchOperations } from "../../../contract/search.ts";
import { searchHandlers } from "../../handlers/search.ts";
import { serveHttp } from "../../kernel/http/http.ts";

export const handler = serveHttp(searchOperations, searchHandlers);
