import type { Presence } from "../data/presence.ts";
import { errorFacts, log } from "../kernel/log.ts";
import type { Socket } from "../kernel/socket.ts";
import { forgetAll, forgetConnections } from "./forget-connections.ts";
import { closeExpired, type EventFor, postEvent } from "./post-event.ts";

/** Ends a connection whose token has expired. */
export const expireConnection = async (socket: Socket): Promise<void> => {
  await closeExpired([{ id: socket.connectionId }]);
  await forgetConnections(socket.userId, [socket.connectionId]);
};

/**
 * Posts an event of a room to every live connection of these people that listens to the room. Best effort: it
 * never throws, because what it tells of is stored. Connections that are gone are removed; one whose token
 * has expired is told so and closed, instead of going silent.
 */
export const deliver = async (
  presences: Iterable<Presence>,
  roomId: string,
  event: EventFor,
): Promise<void> => {
  const listening = [...presences]
    .flatMap((presence) => presence.connections)
    .filter((connection) => connection.roomId === undefined || connection.roomId === roomId);
  try {
    await forgetAll(await postEvent(listening, event));
  } catch (error) {
    log("warn", "delivery_failed", { room_id: roomId, ...errorFacts(error) });
  }
};
