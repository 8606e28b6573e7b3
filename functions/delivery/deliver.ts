import type { ServerEvent } from "../../contract/events.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { errorFacts, log } from "../kernel/runtime/log.ts";
import type { Socket } from "../kernel/websocket/socket.ts";
import type { Connection, Presence } from "../store/presence/presence.ts";
import {
  type Delivery,
  enqueueDelivery,
  type PageView,
  type StillIn,
} from "../store/queues/delivery-pages.ts";
import { deleteConnected } from "../store/rooms/connected-members.ts";
import { type Listeners, listeningTo, postsWithoutQueue } from "./audience.ts";
import { closeExpired, type EventFor, messageSeenBy, type Posted, postEvent } from "./post-event.ts";
import { endRoomFor, forgetAll, forgetConnections } from "./remove-connections.ts";
import { queueUnreached } from "./unreached.ts";
import { viewersOf } from "./viewers.ts";

/** Ends a connection whose token has expired. */
export async function expireConnection(socket: Socket): Promise<void> {
  await closeExpired([{ id: socket.connectionId }]);
  await forgetConnections(socket.userId, [socket.connectionId]);
}

/**
 * Makes an event for these users: the result returns it as a user sees it. Undefined for a user who
 * may not see it.
 */
export type Render = (userIds: readonly string[]) => Promise<(userId: string) => ServerEvent | undefined>;

/**
 * The content of a delivery: one event, or an event that differs by user. A queue worker makes such
 * an event again from `view`.
 */
export type DeliveryPayload = Pick<Delivery, "ends" | "viewers_of"> &
  (
    | {
        readonly event: ServerEvent;
        /**
         * The presence of the message's sender, because a block changes how a recipient sees it. A
         * queue worker reads it again.
         */
        readonly sender?: Presence | undefined;
      }
    | { readonly view: PageView; readonly render: Render }
  );

async function eventFor(
  payload: DeliveryPayload,
  presences: readonly Presence[],
  connections: readonly Connection[],
): Promise<EventFor> {
  if ("event" in payload)
    return payload.sender ? messageSeenBy(payload.event, payload.sender, presences) : payload.event;
  const userIds = new Set(connections.map((connection) => connection.userId));
  return userIds.size === 0 ? () => undefined : payload.render([...userIds]);
}

/** Limits of one delivery. */
interface DeliverOptions {
  /** How to find the users who are still members. */
  readonly stillIn: StillIn | undefined;
  /** Returns true for a connection that gets no post. */
  readonly except?: (connection: Connection) => boolean;
  /** Milliseconds for which the function may still run. */
  readonly timeLeft?: () => number;
}

/** The result of a delivery. */
export interface DeliveryOutcome extends Pick<Posted, "failed" | "untried"> {
  /** The connections to which a post was tried. */
  readonly tried: readonly Connection[];
}

/**
 * Posts to the connections of these users that listen to the room, except the left out ones.
 * Removes closed connections. A connection whose token has expired gets an error that says so, and
 * is closed.
 */
export async function deliverTo(
  roomId: string,
  presences: readonly Presence[],
  payload: DeliveryPayload,
  { stillIn, except, timeLeft }: DeliverOptions,
): Promise<DeliveryOutcome> {
  const { listening = [], leftOut = [] } = Object.groupBy(
    presences.flatMap((presence) => listeningTo(roomId, presence)),
    (connection) => (except?.(connection) ? "leftOut" : "listening"),
  );
  const mayView = await viewersOf(
    roomId,
    listening.map((connection) => connection.userId),
    payload.viewers_of,
  );
  const recipients = listening.filter((connection) => mayView(connection.userId));
  const posted = await postEvent(recipients, await eventFor(payload, presences, recipients), timeLeft);
  const { failed, untried } = posted;
  // Large rooms: a message that addresses no member notifies no user. One that addresses members
  // notifies them even if they are connected.
  const isNotified =
    stillIn?.by === "list" ||
    (await queueUnreached(
      roomId,
      presences,
      "event" in payload ? payload.event : undefined,
      posted,
      leftOut,
    ));
  if (isNotified) await forgetAll(posted.closed);
  // The connections are closed after all of them have got the event.
  if (payload.ends && untried.length === 0) await endRoomFor(payload.ends, roomId, presences);
  const untriedConnections = new Set(untried);
  return { tried: recipients.filter((connection) => !untriedConnections.has(connection)), failed, untried };
}

/** One delivery removes at most this many false entries of a list. */
const cleanedAtOnce = 25;

/**
 * Removes users without connections from a large room's list of connected members. Their
 * disconnects were never reported.
 */
export function cleanList(roomId: string, presences: readonly Presence[]): Promise<void> {
  return forEachConcurrent(
    presences.filter((presence) => presence.connections.length === 0).slice(0, cleanedAtOnce),
    cleanedAtOnce,
    (presence) => deleteConnected({ ...presence, largeRooms: new Set([roomId]) }),
  );
}

function toDelivery({ roomId, stillIn }: Listeners, payload: DeliveryPayload): Delivery {
  return {
    room_id: roomId,
    ...("event" in payload ? { event: payload.event } : { view: payload.view }),
    ...(stillIn && { still_in: stillIn }),
    ...(payload.viewers_of !== undefined && { viewers_of: payload.viewers_of }),
    ...(payload.ends && { ends: payload.ends }),
  };
}

/**
 * Delivers an event to all open connections of the listeners. Many users or connections are served
 * through the queue. Best effort: it never throws, because the fact is already stored.
 */
export async function deliver(listeners: Listeners, payload: DeliveryPayload): Promise<void> {
  const { roomId, userIds, stillIn } = listeners;
  try {
    const presences =
      listeners.presences && userIds.flatMap((userId) => listeners.presences?.get(userId) ?? []);
    if (!presences) {
      await enqueueDelivery(toDelivery(listeners, payload), userIds);
      return;
    }
    const isListed = stillIn?.by === "list";
    const connected = presences.filter(
      (presence) =>
        listeningTo(roomId, presence).length > 0 && (!isListed || presence.largeRooms.has(roomId)),
    );
    if (connected.flatMap((presence) => listeningTo(roomId, presence)).length > postsWithoutQueue)
      await enqueueDelivery(
        toDelivery(listeners, payload),
        connected.map((presence) => presence.userId),
      );
    else await deliverTo(roomId, connected, payload, { stillIn });
    if (isListed) await cleanList(roomId, presences);
  } catch (error) {
    log("warn", "delivery_failed", { room_id: roomId, ...errorFacts(error) });
  }
}
