import { addConnection } from "../data/presence.ts";
import { putSession } from "../data/sessions.ts";
import { closeConnection } from "../data/sockets.ts";

import { actorOf, type Socket } from "../kernel/socket.ts";
import { accessMembership } from "./access-room.ts";
import { openDirectRoom } from "./create-room.ts";
import { forgetConnections } from "./deliver.ts";

/** The one room of a limited connection, made if it is a direct room that does not exist yet. */
const accessLimit = async (socket: Socket): Promise<string | undefined> => {
  if (socket.peerId !== undefined) {
    return (await openDirectRoom(actorOf(socket), socket.peerId)).room.id;
  }
  if (socket.roomId !== undefined) await accessMembership(socket.userId, socket.roomId);
  return socket.roomId;
};

/** Takes note of a new connection. Throws `forbidden` or `not_found` where it is limited to what its user may not see. */
export const connect = async (
  socket: Socket,
  client: { readonly connectedAt: number; readonly userAgent: string; readonly ipAddress: string },
): Promise<void> => {
  const roomId = await accessLimit(socket);
  const { connectionId, userId, tokenExpiresAt } = socket;
  const [over] = await Promise.all([
    addConnection({ id: connectionId, userId, connectedAt: client.connectedAt, tokenExpiresAt, roomId }),
    putSession({ userId, connectionId, ...client }),
  ]);
  if (over.length === 0) return;
  await Promise.all(over.map((connection) => closeConnection(connection.id)));
  await forgetConnections(
    userId,
    over.map((connection) => connection.id),
  );
};
