import { roomOperations } from "../contract/rooms.ts";
import { roomHandlers } from "./handlers/rooms.ts";
import { serveHttp } from "./kernel/http.ts";

export const handler = serveHttp(roomOperations, roomHandlers);
