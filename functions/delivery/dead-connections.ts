import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isoOf } from "../kernel/runtime/time.ts";
import { removeConnections } from "../store/presence/connections.ts";
import { type Connection, getPresence } from "../store/presence/presence.ts";
import { endSession } from "../store/presence/sessions.ts";
import { closeConnection, getConnection } from "../store/presence/sockets.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { removeClosedConnections } from "./best-effort.ts";
import { publishPresence, publishVisit } from "./presence-events.ts";

/**
 * Forgets connections of one user that are over, and tells others, if by that the user goes offline or leaves
 * a room's socket. The first write says it all: what breaks off after it leaves a session that ends by
 * itself, and peers who find out when they next ask.
 */
export async function forgetConnections(userId: string, connectionIds: readonly string[]): Promise<void> {
  if (connectionIds.length === 0) return;
  const { offlineSince, leftRooms } = await removeConnections(userId, connectionIds, "remove");
  await Promise.all([
    ...connectionIds.map((connectionId) => endSession(userId, connectionId)),
    ...leftRooms.map((roomId) => publishVisit("user_left", userId, roomId)),
    offlineSince === undefined ? undefined : publishPresence(userId, false, isoOf(offlineSince)),
  ]);
}

/** So many users' peers are told of what one delivery found out; those of more, by whoever lists who is online. */
const toldAtOnce = 25;

/** The same for connections of several users. */
export async function forgetAll(connections: readonly Pick<Connection, "id" | "userId">[]): Promise<void> {
  const byUser = [...Map.groupBy(connections, (connection) => connection.userId)];
  await forEachConcurrent(byUser.slice(0, toldAtOnce), toldAtOnce, ([userId, over]) =>
    forgetConnections(
      userId,
      over.map((connection) => connection.id),
    ),
  );
  await removeClosedConnections(byUser.slice(toldAtOnce).flatMap(([, over]) => over));
}

const askedAtOnce = 25;

/** Forgets those of some connections of these people that are over, as the gateway says. None may be opening any more. */
export async function forgetEnded(
  userIds: readonly string[],
  connectionIds: ReadonlySet<string>,
): Promise<void> {
  if (connectionIds.size === 0) return;
  const { people } = await batchGet({ presences: userIds }, "consistent");
  const noted = [...people.presences.values()]
    .flatMap(({ connections }) => connections)
    .filter(({ id }) => connectionIds.has(id));
  const ended: Connection[] = [];
  await forEachConcurrent(noted, askedAtOnce, async (connection) => {
    if ((await getConnection(connection.id)) === "closed") ended.push(connection);
  });
  await forgetAll(ended);
}

/**
 * Closes those connections of somebody that are limited to a room: for whoever left it or was removed from
 * it. Broken off, what is still open gets no event of the room either, since they are not on its roster;
 * every frame on it is refused.
 */
export async function closeRoomConnections(userId: string, roomId: string): Promise<void> {
  const { connections } = await getPresence(userId, "consistent");
  const limited = connections.filter((connection) => connection.roomId === roomId);
  await Promise.all(limited.map((connection) => closeConnection(connection.id)));
  await forgetConnections(
    userId,
    limited.map((connection) => connection.id),
  );
}
