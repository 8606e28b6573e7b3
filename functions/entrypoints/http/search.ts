import { searchOperations } from "../../../contract/search.ts";
import { serveHttp } from "../../kernel/http/http.ts";
import { searchHandlers } from "../../search/handlers.ts";

export const handler = serveHttp(searchOperations, searchHandlers);
