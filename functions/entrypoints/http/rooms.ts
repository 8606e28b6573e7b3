import { participantOperations } from "../../../contract/participants.ts";
import { roomReadStateOperations } from "../../../contract/read-state.ts";
import { roomOperations } from "../../../contract/rooms.ts";
import { serveHttp } from "../../kernel/http/http.ts";
import { roomReadStateHandlers } from "../../receipts/handlers.ts";
import { participantHandlers, roomHandlers } from "../../rooms/handlers.ts";
import { provisionUser } from "../../users/provision.ts";

export const handler = serveHttp(
  { ...roomOperations, ...participantOperations, ...roomReadStateOperations },
  { ...roomHandlers, ...participantHandlers, ...roomReadStateHandlers },
  provisionUser,
);
