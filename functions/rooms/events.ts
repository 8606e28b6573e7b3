import type { ServerEvent } from "../../contract/events.ts";
import type { Participant, Room } from "../../contract/objects/room.ts";
import { filterListeners, getAudience, getListeners, type Listeners } from "../delivery/audience.ts";
import { deliver, type Render } from "../delivery/deliver.ts";
import { fittingBeside, inParts } from "../delivery/split-event.ts";
import type { Head } from "../store/rooms/heads.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import type { Membership } from "../store/rooms/memberships.ts";
import { getRoster, type RosterEntry } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { areBlocked, personOf } from "../store/users/users.ts";
import { presentUser } from "../users/present.ts";
import { participantsInList } from "./list.ts";
import { pairMembers } from "./participants.ts";
import { presentParticipant } from "./present.ts";
import { viewRoomAs } from "./view.ts";

type RoomEvent = Extract<ServerEvent, { type: "room_created" | "room_updated" }>;

/**
 * Returns an event that can be posted: it names as many of the room's first participants as fit.
 */
function eventOf(type: RoomEvent["type"], room: Room): RoomEvent {
  const rest = { type, room: { ...room, participants: [] } };
  return { type, room: { ...room, participants: fittingBeside(rest, room.participants) } };
}

/**
 * Makes an event that shows the room to each of its members, and to no other user. `known` are
 * memberships that were read or written just before.
 */
export function renderRoom(
  type: "room_created" | "room_updated",
  head: Head,
  known: readonly Membership[] = [],
): Render {
  return async (userIds) => {
    const viewAs = await viewRoomAs(head, userIds, participantsInList, known);
    return (userId) => {
      const room = viewAs(userId);
      return room && eventOf(type, room);
    };
  };
}

async function getMembers(head: Head): Promise<RosterEntry[]> {
  return head.pair ? pairMembers(head) : getRoster(head.id, head.rosterChunks, "consistent");
}

/**
 * Returns all current members of a room as recipients; in a large room, those who may be connected.
 */
async function getAllMembers(head: Head): Promise<Listeners> {
  if (head.isConnectedListed) return getAudience(head);
  const userIds = (await getMembers(head)).map((member) => member.userId);
  return getListeners(head.id, userIds, { by: "roster", chunks: head.rosterChunks });
}

/** Publishes a new room to these members, each in their own view. */
export async function publishRoomCreated(head: Head, known: readonly Membership[]): Promise<void> {
  const userIds = known.map((membership) => membership.userId);
  await deliver(await getListeners(head.id, userIds), {
    view: { type: "room_created" },
    render: renderRoom("room_created", head, known),
  });
}

/** Publishes a changed room to all members, each in their own view. */
export async function publishRoomUpdated(head: Head, known: readonly Membership[] = []): Promise<void> {
  await deliver(await getAllMembers(head), {
    view: { type: "room_updated" },
    render: renderRoom("room_updated", head, known),
  });
}

/** Publishes a changed room to one member, on all their connections. */
export async function publishRoomUpdatedTo(head: Head, me: Membership): Promise<void> {
  await deliver(await getListeners(head.id, [me.userId]), {
    view: { type: "room_updated" },
    render: renderRoom("room_updated", head, [me]),
  });
}

/**
 * Publishes to users that a room is no longer theirs, and closes their connections that are limited
 * to it.
 */
function publishRemoved(listeners: Listeners, ends: "membership" | "room"): Promise<void> {
  return deliver(
    { ...listeners, stillIn: undefined },
    { event: { type: "room_removed", room_id: listeners.roomId }, ends },
  );
}

/** Publishes to one user that they are no longer a member. */
export async function publishMemberRemoved(roomId: string, userId: string): Promise<void> {
  return publishRemoved(await getListeners(roomId, [userId]), "membership");
}

/** Publishes to all members that the room was deleted. */
export async function publishRoomDeleted(head: Head): Promise<void> {
  return publishRemoved(await getAllMembers(head), "room");
}

interface ParticipantChanges {
  readonly added?: readonly RosterEntry[];
  /**
   * Users who are shown as added although they were members before, because that may not have been
   * published.
   */
  readonly again?: readonly RosterEntry[];
  readonly removed?: readonly string[];
  readonly changed?: readonly RosterEntry[];
}

/**
 * Publishes to the members of a room which members joined, left or changed their role. New members
 * do not get it, because their room is new. In a room of over 200 members only members with a
 * changed role get it. Users join and leave there all the time, and each event would cost as much
 * as a message. A recipient whom a block separates from a shown user gets an own view.
 */
export async function publishParticipantsChanged(
  head: Head,
  { added: joined = [], again = [], removed = [], changed = [] }: ParticipantChanges,
): Promise<void> {
  const added = [...joined, ...again];
  const newcomers = new Set(joined.map((entry) => entry.userId));
  const audience = isLarge(head) ? changed : await getMembers(head);
  const recipientIds = audience.map(({ userId }) => userId).filter((id) => !newcomers.has(id));
  const shown = [...added, ...changed].map((entry) => entry.userId);
  const { people } = await batchGet({ profiles: shown, presences: [...recipientIds, ...shown] });
  const listeners: Listeners = {
    roomId: head.id,
    userIds: recipientIds,
    presences: people.presences,
    stillIn: { by: "roster", chunks: head.rosterChunks },
  };
  const publishAs = async (to: Listeners, viewerId?: string): Promise<void> => {
    const participants = (entries: readonly RosterEntry[]): Participant[] =>
      entries.map((entry) =>
        presentParticipant(entry, presentUser(personOf(people, entry.userId, viewerId), true)),
      );
    const parts = inParts(participants(added));
    const rest = { removed: [...removed], changed: participants(changed) };
    for (const [index, part] of (parts.length > 0 ? parts : [[]]).entries())
      await deliver(to, {
        event: {
          type: "participants_changed",
          room_id: head.id,
          added: part,
          ...(index === 0 ? rest : { removed: [], changed: [] }),
        },
      });
  };
  const blockedIds = new Set(
    recipientIds.filter((userId) => shown.some((other) => areBlocked(people, userId, other))),
  );
  await publishAs(filterListeners(listeners, (userId) => !blockedIds.has(userId)));
  for (const userId of blockedIds)
    await publishAs(
      filterListeners(listeners, (id) => id === userId),
      userId,
    );
}
