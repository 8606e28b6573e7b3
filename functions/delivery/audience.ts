import type { Connection, Presence } from "../store/presence/presence.ts";
import type { StillIn } from "../store/queues/delivery-pages.ts";
import { listConnected } from "../store/rooms/connected-members.ts";
import type { Head } from "../store/rooms/heads.ts";
import { getFirstRoster, getFurtherRosters, type RosterEntry } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import type { People } from "../store/users/users.ts";

/** More people than these, or more connections, are told through the queue (docs/decisions/008-delivery-through-a-queue.md). */
export const inlineLimit = 200;

/** Whom something of a room is told. */
export interface Listeners {
  readonly roomId: string;
  readonly userIds: readonly string[];
  /** Where they are connected, as far as they are there at all; undefined where they are too many to look here. */
  readonly presences: ReadonlyMap<string, Presence> | undefined;
  /** What tells who of them is still in the room, if that matters. */
  readonly stillIn: StillIn | undefined;
}

/** Who may be told of what happens in a room, and the profile of the one who speaks. */
export interface Audience extends Listeners {
  /** All members; undefined for a large room, whose roster is not read. */
  readonly members: readonly RosterEntry[] | undefined;
  readonly people: People;
}

/** What of a head says how large the room is. */
type Size = Pick<Head, "id" | "rosterChunks" | "isConnectedListed">;

/** Stands for a room whose head is not there. */
export function unknownSize(roomId: string): Size {
  return {
    id: roomId,
    rosterChunks: 1,
    isConnectedListed: false,
  };
}

type Telling = Pick<Audience, "roomId" | "userIds" | "members" | "stillIn">;

/** Those whom a room's events are for: its members, or, in a large room, those of them on its list of who is live. */
async function findTold({ id, rosterChunks, isConnectedListed }: Size): Promise<Telling> {
  if (isConnectedListed)
    return { roomId: id, userIds: await listConnected(id), members: undefined, stillIn: { by: "list" } };
  const [first, further] = await Promise.all([getFirstRoster(id), getFurtherRosters(id, rosterChunks)]);
  const members = [...first, ...further];
  const userIds = members.map((member) => member.userId);
  return { roomId: id, userIds, members, stillIn: { by: "roster", chunks: rosterChunks } };
}

/** With the presences of those who are told, unless they are too many, and the profile of the one who speaks, in one read. */
async function withPeople(told: Telling, speakerId: string | undefined): Promise<Audience> {
  const isCrowd = told.userIds.length > inlineLimit;
  const speaker = speakerId === undefined ? [] : [speakerId];
  const { people } = await batchGet({
    profiles: speaker,
    presences: [...speaker, ...(isCrowd ? [] : told.userIds)],
  });
  return { ...told, people, presences: isCrowd ? undefined : people.presences };
}

export async function getAudience(room: Size, speakerId?: string): Promise<Audience> {
  return withPeople(await findTold(room), speakerId);
}

/** Some people, whether or not they are in the room, and where they are connected. */
export async function getListeners(
  roomId: string,
  userIds: readonly string[],
  stillIn?: StillIn,
): Promise<Listeners> {
  return withPeople({ roomId, userIds, members: undefined, stillIn }, undefined);
}

/** Those of some listeners of whom something holds. */
export function only(listeners: Listeners, holds: (userId: string) => boolean): Listeners {
  return {
    ...listeners,
    userIds: listeners.userIds.filter(holds),
  };
}

/** The connections of somebody that a room's events are for. */
export function listeningTo(roomId: string, { connections }: Presence): Connection[] {
  return connections.filter((connection) => connection.roomId === undefined || connection.roomId === roomId);
}

/** All but one. */
export function others(listeners: Listeners, exceptUserId: string): Listeners {
  return only(listeners, (userId) => userId !== exceptUserId);
}
