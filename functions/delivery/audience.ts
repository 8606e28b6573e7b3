import type { Connection, Presence } from "../store/presence/presence.ts";
import type { StillIn } from "../store/queues/delivery-pages.ts";
import { listConnected } from "../store/rooms/connected-members.ts";
import type { Head } from "../store/rooms/heads.ts";
import { getFirstRoster, getFurtherRosters, type RosterEntry } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import type { People } from "../store/users/users.ts";

/**
 * An event for more users than this, or for more connections, goes through the queue
 * (docs/decisions/008-delivery-through-a-queue.md).
 */
export const postsWithoutQueue = 200;

/** The users to whom an event of a room is delivered. */
export interface Listeners {
  readonly roomId: string;
  readonly userIds: readonly string[];
  /**
   * Presences of these users, for those that exist. Undefined if there are too many users to read
   * them here.
   */
  readonly presences: ReadonlyMap<string, Presence> | undefined;
  /**
   * How to find the recipients who are still members at delivery; undefined if membership does not
   * matter.
   */
  readonly stillIn: StillIn | undefined;
}

/** The users to whom a room's event is delivered, with the profile of the user who acts. */
export interface Audience extends Listeners {
  /** All members; undefined for a large room, because its roster is not read. */
  readonly members: readonly RosterEntry[] | undefined;
  readonly people: People;
}

/** The parts of a head that give the room's size. */
type Size = Pick<Head, "id" | "rosterChunks" | "isConnectedListed">;

/** Returns the size of a small room, for a room whose head is missing. */
export function unknownSize(roomId: string): Size {
  return {
    id: roomId,
    rosterChunks: 1,
    isConnectedListed: false,
  };
}

type Recipients = Pick<Audience, "roomId" | "userIds" | "members" | "stillIn">;

/**
 * Returns the recipients of a room's events: all members, or, in a large room, the members on its
 * list of connected members.
 */
async function findRecipients({ id, rosterChunks, isConnectedListed }: Size): Promise<Recipients> {
  if (isConnectedListed)
    return { roomId: id, userIds: await listConnected(id), members: undefined, stillIn: { by: "list" } };
  const [first, further] = await Promise.all([getFirstRoster(id), getFurtherRosters(id, rosterChunks)]);
  const members = [...first, ...further];
  const userIds = members.map((member) => member.userId);
  return { roomId: id, userIds, members, stillIn: { by: "roster", chunks: rosterChunks } };
}

/**
 * Adds the profile of the user who acts and the presences of the recipients, in one read. Leaves
 * out the presences if there are too many recipients.
 */
async function withPeople(recipients: Recipients, actorId: string | undefined): Promise<Audience> {
  const isTooMany = recipients.userIds.length > postsWithoutQueue;
  const actor = actorId === undefined ? [] : [actorId];
  const { people } = await batchGet({
    profiles: actor,
    presences: [...actor, ...(isTooMany ? [] : recipients.userIds)],
  });
  return { ...recipients, people, presences: isTooMany ? undefined : people.presences };
}

/** Returns the audience of a room's events. `actorId` is the user who acts, if there is one. */
export async function getAudience(room: Size, actorId?: string): Promise<Audience> {
  return withPeople(await findRecipients(room), actorId);
}

/**
 * Returns these users with their presences as recipients, whether or not they are members of the
 * room.
 */
export async function getListeners(
  roomId: string,
  userIds: readonly string[],
  stillIn?: StillIn,
): Promise<Listeners> {
  return withPeople({ roomId, userIds, members: undefined, stillIn }, undefined);
}

/** Returns the listeners that pass a test. */
export function filterListeners(listeners: Listeners, isListener: (userId: string) => boolean): Listeners {
  return {
    ...listeners,
    userIds: listeners.userIds.filter(isListener),
  };
}

/**
 * Returns the connections of a user that listen to a room: connections of all rooms, and
 * connections limited to this room. With several rooms, a connection limited to one of them
 * listens. With `null`, for an event that belongs to no room, only connections of all rooms listen.
 */
export function listeningTo(
  rooms: string | null | ReadonlySet<string>,
  { connections }: Pick<Presence, "connections">,
): Connection[] {
  return connections.filter(
    ({ roomId }) =>
      roomId === undefined ||
      (typeof rooms === "string" || rooms === null ? roomId === rooms : rooms.has(roomId)),
  );
}

/** Returns the connections of a user that are limited to a room. */
export function limitedTo(roomId: string, { connections }: Pick<Presence, "connections">): Connection[] {
  return connections.filter((connection) => connection.roomId === roomId);
}

/** Returns the listeners without one user. */
export function withoutUser(listeners: Listeners, exceptUserId: string): Listeners {
  return filterListeners(listeners, (userId) => userId !== exceptUserId);
}
