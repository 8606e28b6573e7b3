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

/** The one room of a limited connection, made if it is a direct room that does not exist yet. */
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
 * Takes note of a new connection, and tells others, if by that its user comes online or opens a room's
 * socket. Throws `forbidden` or `not_found` where it is limited to what its user may not see.
 *
 * The first write is of the connection. Broken off after it, the gateway refuses the connection, and the
 * entry that is left goes with the first event that is posted to it, or grows too old. Where its user is in large
 * rooms, and cannot be put on their lists of who is live, the connection is refused: it would be deaf to them.
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
    // Each time, since an earlier connection may have been cut off before.
    putConnected(after),
    ...displaced.flatMap(({ id }) => [closeConnection(id), endSession(userId, id)]),
    becameOnline ? publishPresence(userId, true, isoNow()) : undefined,
    roomId !== undefined && isFirstOfRoom ? publishVisit("user_joined", userId, roomId) : undefined,
  ]);
}
