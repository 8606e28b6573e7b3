import { forgetConnections } from "../delivery/dead-connections.ts";
import { getPresence } from "../store/presence/presence.ts";
import { closeConnection } from "../store/presence/sockets.ts";

/**
 * Closes those connections of somebody that are limited to a room: for whoever left it or was removed from
 * it. Broken off, what is still open gets no event of the room either, since they are not on its roster;
 * every frame on it is refused.
 */
export const closeRoomConnections = async (userId: string, roomId: string): Promise<void> => {
  const { connections } = await getPresence(userId, "consistent");
  const limited = connections.filter((connection) => connection.roomId === roomId);
  await Promise.all(limited.map((connection) => closeConnection(connection.id)));
  await forgetConnections(
    userId,
    limited.map((connection) => connection.id),
  );
};
