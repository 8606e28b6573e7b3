import type { ServerEvent } from "../../contract/events.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import type { Socket } from "../kernel/websocket/socket.ts";
import { type Connection, isOpening, openingTime, type Presence } from "../store/presence/presence.ts";
import {
  type Delivery,
  enqueueDelivery,
  type PageView,
  type StillIn,
} from "../store/queues/delivery-pages.ts";
import { deleteConnected, dropLargeRoom } from "../store/rooms/connected-members.ts";
import { inlineLimit, type Listeners, listeningTo } from "./audience.ts";
import { messageSeenBy } from "./blocked-views.ts";
import { closeRoomConnections, forgetAll, forgetConnections } from "./dead-connections.ts";
import { viewersOf } from "./history-visibility.ts";
import { closeExpired, type EventFor, type Posted, postEvent } from "./post-event.ts";

/** Ends a connection whose token has expired. */
export async function expireConnection(socket: Socket): Promise<void> {
  await closeExpired([{ id: socket.connectionId }]);
  await forgetConnections(socket.userId, [socket.connectionId]);
}

/** An event that each of these people sees in their own way; undefined for who may not see it. */
export type Render = (userIds: readonly string[]) => Promise<(userId: string) => ServerEvent | undefined>;

/** What is told: one event, or what each sees in their own way, which a worker knows by its view. */
export type DeliveryPayload = Pick<Delivery, "ends" | "viewers_of"> &
  (
    | {
        readonly event: ServerEvent;
        /** The presence of who sends the message in it, which a worker reads again: not all see it alike. */
        readonly sender?: Presence | undefined;
      }
    | { readonly view: PageView; readonly render: Render }
  );

const endedAtOnce = 25;

/**
 * A room is over for these people: their connections of it alone are closed. Whose membership has ended is off the room's
 * list of who is live already, and may be back by now; of a deleted room the list means nothing any more.
 */
function end(
  what: NonNullable<DeliveryPayload["ends"]>,
  roomId: string,
  presences: readonly Presence[],
): Promise<void> {
  return forEachConcurrent(presences, endedAtOnce, async ({ userId, connections, largeRooms }) => {
    if (connections.some((connection) => connection.roomId === roomId))
      await closeRoomConnections(userId, roomId);
    if (what === "room" && largeRooms.has(roomId)) await dropLargeRoom(roomId, userId);
  });
}

async function eventFor(
  told: DeliveryPayload,
  presences: readonly Presence[],
  connections: readonly Connection[],
): Promise<EventFor> {
  if ("event" in told) return told.sender ? messageSeenBy(told.event, told.sender, presences) : told.event;
  const userIds = new Set(connections.map((connection) => connection.userId));
  return userIds.size === 0 ? () => undefined : told.render([...userIds]);
}

/**
 * Has those notified of a new message whose connections to the room were all over: what follows the message may have seen
 * them as connected, as they were noted until now. Where some may only be opening, that is looked at again once they are
 * open or over. It comes before the connections are forgotten: what breaks off in between is made up for by the task, and
 * what breaks off earlier by telling the message again. False where the queue takes no task: then they are to stay noted,
 * for the next message to find them.
 *
 * `leftOut` were not tried this time. Those that are opening an earlier attempt may have missed: nothing says so but the
 * gateway, in a minute.
 */
async function notifyUnreached(
  roomId: string,
  presences: readonly Presence[],
  told: DeliveryPayload,
  { over, opening }: Pick<Posted, "over" | "opening">,
  leftOut: readonly Connection[],
): Promise<boolean> {
  if (over.length + opening.length === 0 || !("event" in told) || told.event.type !== "message") return true;
  const { seq, sender } = told.event.message;
  const missed = new Set([...over, ...opening].map(({ id }) => id));
  const doubtful = new Set([...opening, ...leftOut.filter(isOpening)].map(({ id }) => id));
  const unreached = presences
    .filter(({ userId }) => userId !== sender.id)
    .map((presence) => listeningTo(roomId, presence))
    .filter((listening) => listening.some(({ id }) => missed.has(id)))
    .filter((listening) => listening.every(({ id }) => missed.has(id) || doubtful.has(id)));
  const { sure = [], unsure = [] } = Object.groupBy(unreached, (listening) =>
    listening.some(({ id }) => doubtful.has(id)) ? "unsure" : "sure",
  );
  const notify = async (connections: readonly Connection[], delay: number): Promise<void> => {
    if (connections.length === 0) return;
    const { sendTask } = await import("../store/queues/tasks.ts");
    const user_ids = [...new Set(connections.map(({ userId }) => userId))];
    const connection_ids = connections.map(({ id }) => id);
    await sendTask({ task: "notify_unreached", room_id: roomId, seq, user_ids, connection_ids }, delay);
  };
  try {
    await notify(sure.flat(), 0);
    await notify(unsure.flat(), openingTime / 1000);
    return true;
  } catch (error) {
    log("error", "unreached_not_notified", { room_id: roomId, seq, ...errorFacts(error) });
    return false;
  }
}

/** Whom of some people to tell, and until when. */
interface DeliverOptions {
  /** What tells who of them is still in the room. */
  readonly stillIn: StillIn | undefined;
  /** Connections that are left out. */
  readonly except?: (connection: Connection) => boolean;
  /** Milliseconds for which the function may still run. */
  readonly timeLeft?: () => number;
}

/** What became of telling some people something. */
export interface DeliveryOutcome extends Pick<Posted, "failed" | "untried"> {
  /** The connections that were tried. */
  readonly tried: readonly Connection[];
}

/**
 * Posts to the connections of people that listen to a room, but for some. Those that are gone are removed; one whose token
 * has expired is told so and closed, instead of going silent.
 */
export async function deliverTo(
  roomId: string,
  presences: readonly Presence[],
  told: DeliveryPayload,
  { stillIn, except, timeLeft }: DeliverOptions,
): Promise<DeliveryOutcome> {
  const { listening = [], leftOut = [] } = Object.groupBy(
    presences.flatMap((presence) => listeningTo(roomId, presence)),
    (connection) => (except?.(connection) ? "leftOut" : "listening"),
  );
  const mayView = await viewersOf(
    roomId,
    listening.map((connection) => connection.userId),
    told.viewers_of,
  );
  const meant = listening.filter((connection) => mayView(connection.userId));
  const posted = await postEvent(meant, await eventFor(told, presences, meant), timeLeft);
  const { failed, untried } = posted;
  // In a large room a message that addresses nobody notifies nobody, and one that does whoever is connected.
  const isSeenTo =
    stillIn?.by === "list" || (await notifyUnreached(roomId, presences, told, posted, leftOut));
  if (isSeenTo) await forgetAll(posted.over);
  // Their connections are closed once all of them are told.
  if (told.ends && untried.length === 0) await end(told.ends, roomId, presences);
  const without = new Set(untried);
  return { tried: meant.filter((connection) => !without.has(connection)), failed, untried };
}

/** How many false entries of a list one delivery removes. */
const cleanedAtOnce = 25;

/** Takes off a large room's list who is not connected: their end was never told. */
export function cleanList(roomId: string, presences: readonly Presence[]): Promise<void> {
  return forEachConcurrent(
    presences.filter((presence) => presence.connections.length === 0).slice(0, cleanedAtOnce),
    cleanedAtOnce,
    (presence) => deleteConnected({ ...presence, largeRooms: new Set([roomId]) }),
  );
}

function toDelivery({ roomId, stillIn }: Listeners, told: DeliveryPayload): Delivery {
  return {
    room_id: roomId,
    ...("event" in told ? { event: told.event } : { view: told.view }),
    ...(stillIn && { still_in: stillIn }),
    ...(told.viewers_of !== undefined && { viewers_of: told.viewers_of }),
    ...(told.ends && { ends: told.ends }),
  };
}

/**
 * Tells people of a room something, on every live connection of theirs that listens to it: here, or through the queue
 * where they, or their connections, are many. Best effort: it never throws, because what it tells of is stored.
 */
export async function deliver(listeners: Listeners, told: DeliveryPayload): Promise<void> {
  const { roomId, userIds, stillIn } = listeners;
  try {
    const presences =
      listeners.presences && userIds.flatMap((userId) => listeners.presences?.get(userId) ?? []);
    if (!presences) {
      await enqueueDelivery(toDelivery(listeners, told), userIds);
      return;
    }
    const isListed = stillIn?.by === "list";
    const present = presences.filter(
      (presence) =>
        listeningTo(roomId, presence).length > 0 && (!isListed || presence.largeRooms.has(roomId)),
    );
    if (present.flatMap((presence) => listeningTo(roomId, presence)).length > inlineLimit)
      await enqueueDelivery(
        toDelivery(listeners, told),
        present.map((presence) => presence.userId),
      );
    else await deliverTo(roomId, present, told, { stillIn });
    if (isListed) await cleanList(roomId, presences);
  } catch (error) {
    log("warn", "delivery_failed", { room_id: roomId, ...errorFacts(error) });
  }
}
