import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isoOf } from "../kernel/runtime/time.ts";
import { removeConnections } from "../store/presence/connections.ts";
import { type Connection, getPresence, type Presence } from "../store/presence/presence.ts";
import { endSession } from "../store/presence/sessions.ts";
import { closeConnection, getConnection } from "../store/presence/sockets.ts";
import type { Delivery } from "../store/queues/delivery-pages.ts";
import { dropLargeRoom } from "../store/rooms/connected-members.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { limitedTo } from "./audience.ts";
import { removeClosedConnections } from "./best-effort.ts";
import { publishPresence, publishVisit } from "./presence-events.ts";

/**
 * Removes closed connections of one user. Publishes the presence if the user goes offline, and
 * `user_left` for each room whose last own connection closed. The first write holds the whole
 * fact. If interrupted: a session is left that expires by itself, and peers see the change at their
 * next request.
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

/**
 * One delivery publishes the presence of at most this many users. The next reader of the list of
 * online users publishes that of the others.
 */
const publishedAtOnce = 25;

/** Does the same for connections of several users. */
export async function forgetAll(connections: readonly Pick<Connection, "id" | "userId">[]): Promise<void> {
  const byUser = [...Map.groupBy(connections, (connection) => connection.userId)];
  await forEachConcurrent(byUser.slice(0, publishedAtOnce), publishedAtOnce, ([userId, closed]) =>
    forgetConnections(
      userId,
      closed.map((connection) => connection.id),
    ),
  );
  await removeClosedConnections(byUser.slice(publishedAtOnce).flatMap(([, closed]) => closed));
}

const askedAtOnce = 25;

/**
 * Removes the closed ones among these connections of these users, as the gateway reports them. None
 * of the connections may still be opening.
 */
export async function forgetEnded(
  userIds: readonly string[],
  connectionIds: ReadonlySet<string>,
): Promise<void> {
  if (connectionIds.size === 0) return;
  const { people } = await batchGet({ presences: userIds }, "consistent");
  const recorded = [...people.presences.values()]
    .flatMap(({ connections }) => connections)
    .filter(({ id }) => connectionIds.has(id));
  const closed: Connection[] = [];
  await forEachConcurrent(recorded, askedAtOnce, async (connection) => {
    if ((await getConnection(connection.id)) === "closed") closed.push(connection);
  });
  await forgetAll(closed);
}

/**
 * Closes the connections of a user that are limited to a room, after the user left it or was
 * removed. If interrupted: a connection stays open. It gets no events of the room, because the user
 * is not on its roster, and each of its frames is refused.
 */
export async function closeRoomConnections(userId: string, roomId: string): Promise<void> {
  const limited = limitedTo(roomId, await getPresence(userId, "consistent"));
  await Promise.all(limited.map((connection) => closeConnection(connection.id)));
  await forgetConnections(
    userId,
    limited.map((connection) => connection.id),
  );
}

const endedAtOnce = 25;

/**
 * Ends a room for these users: closes their connections that are limited to it. A user whose
 * membership ended is already off the list of connected members, and may have joined again by now.
 * The list of a deleted room has no more meaning, so its entry is removed here.
 */
export function endRoomFor(
  ended: NonNullable<Delivery["ends"]>,
  roomId: string,
  presences: readonly Presence[],
): Promise<void> {
  return forEachConcurrent(presences, endedAtOnce, async (presence) => {
    if (limitedTo(roomId, presence).length > 0) await closeRoomConnections(presence.userId, roomId);
    if (ended === "room" && presence.largeRooms.has(roomId)) await dropLargeRoom(roomId, presence.userId);
  });
}
