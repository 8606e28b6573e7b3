import type { ServerEvent } from "../../contract/events.ts";
import type { Participant, Room } from "../../contract/objects/room.ts";
import { filterListeners, getAudience, getListeners, type Listeners } from "../delivery/audience.ts";
import { deliver, type Render } from "../delivery/deliver.ts";
import { fittingBeside, inParts } from "../delivery/split-event.ts";
import { type Head, isLarge } from "../store/rooms/heads.ts";
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

/** An event that can be posted: with as many of the room's first participants as it has room for. */
function eventOf(type: RoomEvent["type"], room: Room): RoomEvent {
  const rest = { type, room: { ...room, participants: [] } };
  return { type, room: { ...room, participants: fittingBeside(rest, room.participants) } };
}

/** A room as each of its members sees it; nobody else does. `known` are memberships that were read, or written, just before. */
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

/** Everybody in a room, as it is now; in a large one, those who may be connected. */
async function getEverybody(head: Head): Promise<Listeners> {
  if (head.isConnectedListed) return getAudience(head);
  const userIds = (await getMembers(head)).map((member) => member.userId);
  return getListeners(head.id, userIds, { by: "roster", chunks: head.rosterChunks });
}

/** Shows those who are connected of these members their new room, each in their own view. */
export async function publishRoomCreated(head: Head, known: readonly Membership[]): Promise<void> {
  const userIds = known.map((membership) => membership.userId);
  await deliver(await getListeners(head.id, userIds), {
    view: { type: "room_created" },
    render: renderRoom("room_created", head, known),
  });
}

/** Shows all members who are connected the room as it is now, each in their own view. */
export async function publishRoomUpdated(head: Head, known: readonly Membership[] = []): Promise<void> {
  await deliver(await getEverybody(head), {
    view: { type: "room_updated" },
    render: renderRoom("room_updated", head, known),
  });
}

/** Shows one member the room as it is now, on all their connections. */
export async function publishRoomUpdatedTo(head: Head, me: Membership): Promise<void> {
  await deliver(await getListeners(head.id, [me.userId]), {
    view: { type: "room_updated" },
    render: renderRoom("room_updated", head, [me]),
  });
}

/** Tells people that a room is not theirs any more, and closes those of their connections that are limited to it. */
function tellRemoved(listeners: Listeners, ends: "membership" | "room"): Promise<void> {
  return deliver(
    { ...listeners, stillIn: undefined },
    { event: { type: "room_removed", room_id: listeners.roomId }, ends },
  );
}

/** Tells one who is no longer a member. */
export async function publishMemberRemoved(roomId: string, userId: string): Promise<void> {
  return tellRemoved(await getListeners(roomId, [userId]), "membership");
}

/** Tells all members of a room that was deleted. */
export async function publishRoomDeleted(head: Head): Promise<void> {
  return tellRemoved(await getEverybody(head), "room");
}

interface ParticipantChanges {
  readonly added?: readonly RosterEntry[];
  /** Who is shown as added although they were members before: it may not have been told. */
  readonly again?: readonly RosterEntry[];
  readonly removed?: readonly string[];
  readonly changed?: readonly RosterEntry[];
}

/**
 * Tells the members of a room who came, who went and whose role is another; not those who came, whose room is new. In a
 * room of over 200 members only those are told who have another role: people come and go there all the time, and each
 * would cost as much as a message. Who blocks one of those who are shown, or is blocked by one, gets it in their own view.
 */
export async function publishParticipantsChanged(
  head: Head,
  { added: came = [], again = [], removed = [], changed = [] }: ParticipantChanges,
): Promise<void> {
  const added = [...came, ...again];
  const newcomers = new Set(came.map((entry) => entry.userId));
  const concerned = isLarge(head) ? changed : await getMembers(head);
  const told = concerned.map(({ userId }) => userId).filter((id) => !newcomers.has(id));
  const shown = [...added, ...changed].map((entry) => entry.userId);
  const { people } = await batchGet({ profiles: shown, presences: [...told, ...shown] });
  const listeners: Listeners = {
    roomId: head.id,
    userIds: told,
    presences: people.presences,
    stillIn: { by: "roster", chunks: head.rosterChunks },
  };
  const tellAs = async (to: Listeners, viewerId?: string): Promise<void> => {
    const participants = (entries: readonly RosterEntry[]): Participant[] =>
      entries.map((entry) =>
        presentParticipant(entry, presentUser(personOf(people, entry.userId, viewerId), true)),
      );
    const parts = inParts(participants(added));
    const rest = { removed: [...removed], changed: participants(changed) };
    for (const [at, part] of (parts.length > 0 ? parts : [[]]).entries())
      await deliver(to, {
        event: {
          type: "participants_changed",
          room_id: head.id,
          added: part,
          ...(at === 0 ? rest : { removed: [], changed: [] }),
        },
      });
  };
  const apart = new Set(told.filter((userId) => shown.some((other) => areBlocked(people, userId, other))));
  await tellAs(filterListeners(listeners, (userId) => !apart.has(userId)));
  for (const userId of apart)
    await tellAs(
      filterListeners(listeners, (id) => id === userId),
      userId,
    );
}
