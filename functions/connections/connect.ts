import { publishPresence, publishVisit } from "../delivery/presence-events.ts";
import { ApiError, noRoomAccess } from "../kernel/http/api-error.ts";
import { longestId } from "../kernel/runtime/ids.ts";
import { isoNow } from "../kernel/runtime/time.ts";
import { actorOf, type Socket } from "../kernel/websocket/socket.ts";
import { accessMemberRoom } from "../rooms/access.ts";
import { openDirectRoom } from "../rooms/create.ts";
import { addConnection } from "../store/presence/connections.ts";
import { endSession, putSession } from "../store/presence/sessions.ts";
import { closeConnection } from "../store/presence/sockets.ts";
import { putConnected } from "../store/rooms/connected-members.ts";

/**
 * Returns the one room of a limited connection. Creates it if it is a direct room that does not
 * exist yet.
 */
async function accessLimit(socket: Socket): Promise<string | undefined> {
  if ((socket.peerId ?? "").length > longestId) throw new ApiError("not_found", "User not found");
  if ((socket.roomId ?? "").length > longestId) throw noRoomAccess();
  if (socket.peerId !== undefined) {
    return (await openDirectRoom(actorOf(socket), socket.peerId)).room.id;
  }
  if (socket.roomId !== undefined) await accessMemberRoom(socket.userId, socket.roomId);
  return socket.roomId;
}

/**
 * Records a new connection. Publishes to other users if its user comes online or opens a room's
 * socket by it. Throws `forbidden` or `not_found` if it is limited to a room that its user may not
 * see.
 *
 * The connection is written first. If interrupted after that: the gateway refuses the connection,
 * and its entry is left. Repaired by: the first event that is posted to it, or its expiry. If the
 * user is in large rooms and cannot be added to their connected members, the connection is refused.
 * It would get no events of these rooms.
 */
export async function connect(
  socket: Socket,
  client: { readonly connectedAt: number; readonly userAgent: string; readonly ipAddress: string },
): Promise<void> {
  const roomId = await accessLimit(socket);
  const { connectionId, userId, tokenExpiresAt } = socket;
  const { after, displaced, becameOnline, isFirstOfRoom } = await addConnection({
    id: connectionId,
    userId,
    connectedAt: client.connectedAt,
    tokenExpiresAt,
    roomId,
  });
  await Promise.all([
    putSession({ userId, connectionId, ...client }),
    // Every time, because an earlier connection may have been interrupted before this write.
    putConnected(after),
    ...displaced.flatMap(({ id }) => [closeConnection(id), endSession(userId, id)]),
    becameOnline ? publishPresence(userId, true, isoNow()) : undefined,
    roomId !== undefined && isFirstOfRoom ? publishVisit("user_joined", userId, roomId) : undefined,
  ]);
}
