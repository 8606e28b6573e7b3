import type { ServerEvent } from "../../contract/events.ts";
import type { Participant, Room } from "../../contract/objects/room.ts";
import type { Head } from "../data/heads.ts";
import type { Membership } from "../data/memberships.ts";
import { personOf } from "../data/people.ts";
import type { Presence } from "../data/presence.ts";
import { getRoster, type RosterEntry } from "../data/rosters.ts";
import { getTogether } from "../data/together.ts";
import { forEach } from "../kernel/for-each.ts";
import { closeRoomConnections } from "./close-room-connections.ts";
import { deliver } from "./deliver.ts";
import { pairMembers, participantsInList } from "./list-rooms.ts";
import { presentParticipant } from "./present-room.ts";
import { presentUser } from "./present-user.ts";
import { viewRoomAs } from "./view-room.ts";

/**
 * Bytes of participants in one event. The gateway posts at most 128 KB, and the rest of a room takes up to 30 of them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
 */
const participantBytes = 90_000;

/** Participants in as many parts as events carry. */
const inParts = (participants: readonly Participant[]): Participant[][] => {
  const parts: Participant[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const participant of participants) {
    const size = Buffer.byteLength(JSON.stringify(participant));
    if (bytes + size > participantBytes) {
      parts.push([]);
      bytes = 0;
    }
    bytes += size;
    parts.at(-1)?.push(participant);
  }
  return parts;
};

/** A room that fits into an event: with as many of its first participants as there is room for. */
const forEvent = (room: Room): Room => ({ ...room, participants: inParts(room.participants)[0] ?? [] });

const isLive = (presence: Presence): boolean => presence.connections.length > 0;

const getPresences = async (userIds: Iterable<string>): Promise<Presence[]> => [
  ...(await getTogether({ presences: userIds })).people.presences.values(),
];

const getMembers = async (head: Head): Promise<RosterEntry[]> =>
  head.pair ? pairMembers(head) : getRoster(head.id, head.rosterChunks, "consistent");

const tellRoom = async (
  type: "room_created" | "room_updated",
  head: Head,
  userIds: Iterable<string>,
  known: readonly Membership[],
): Promise<void> => {
  const present = (await getPresences(userIds)).filter(isLive);
  if (present.length === 0) return;
  const viewers = present.map((presence) => presence.userId);
  const viewAs = await viewRoomAs(head, viewers, participantsInList, known);
  const events = new Map<string, ServerEvent>();
  for (const viewer of viewers) {
    const room = viewAs(viewer);
    if (room) events.set(viewer, { type, room: forEvent(room) });
  }
  await deliver(
    present.filter((presence) => events.has(presence.userId)),
    head.id,
    // Safe: those without an event were just left out.
    (userId) => events.get(userId) as ServerEvent,
  );
};

/** Shows those who are connected of these members their new room, each in their own view. */
export const notifyRoomCreated = (head: Head, known: readonly Membership[]): Promise<void> =>
  tellRoom(
    "room_created",
    head,
    known.map((membership) => membership.userId),
    known,
  );

/** Shows all members who are connected the room as it is now, each in their own view. */
export const notifyRoomUpdated = async (head: Head, known: readonly Membership[] = []): Promise<void> =>
  tellRoom(
    "room_updated",
    head,
    (await getMembers(head)).map((member) => member.userId),
    known,
  );

/** Shows one member the room as it is now, on all their connections. */
export const notifyOneUpdated = (head: Head, me: Membership): Promise<void> =>
  tellRoom("room_updated", head, [me.userId], [me]);

const closedAtOnce = 25;

/** Tells people that a room is not theirs any more, and closes those of their connections that are limited to it. */
const tellRemoved = async (roomId: string, userIds: readonly string[]): Promise<void> => {
  const presences = (await getPresences(userIds)).filter(isLive);
  await deliver(presences, roomId, { type: "room_removed", room_id: roomId });
  const limited = presences.filter(({ connections }) => connections.some((one) => one.roomId === roomId));
  await forEach(limited, closedAtOnce, ({ userId }) => closeRoomConnections(userId, roomId));
};

/** Tells one who is no longer a member. */
export const notifyMemberRemoved = (roomId: string, userId: string): Promise<void> =>
  tellRemoved(roomId, [userId]);

/** Tells all members of a room that was deleted. */
export const notifyRoomDeleted = async (head: Head): Promise<void> =>
  tellRemoved(
    head.id,
    (await getMembers(head)).map((member) => member.userId),
  );

export interface ParticipantChanges {
  readonly added?: readonly RosterEntry[];
  readonly removed?: readonly string[];
  readonly changed?: readonly RosterEntry[];
}

/**
 * Tells the members of a room who came, who went and whose role is another; not those who came, whose room is new. In a
 * room of over 200 members only those are told who have another role: people come and go there all the time, and each
 * would cost as much as a message.
 */
export const notifyParticipantsChanged = async (
  head: Head,
  { added = [], removed = [], changed = [] }: ParticipantChanges,
): Promise<void> => {
  const newcomers = new Set(added.map((entry) => entry.userId));
  const concerned = head.rosterChunks > 1 ? changed : await getMembers(head);
  const told = concerned.map(({ userId }) => userId).filter((id) => !newcomers.has(id));
  const shown = [...added, ...changed].map((entry) => entry.userId);
  const { people } = await getTogether({ profiles: shown, presences: [...told, ...shown] });
  const present = told.flatMap((userId) => people.presences.get(userId) ?? []).filter(isLive);
  if (present.length === 0) return;
  const participants = (entries: readonly RosterEntry[]): Participant[] =>
    entries.map((entry) => presentParticipant(entry, presentUser(personOf(people, entry.userId), true)));
  const parts = inParts(participants(added));
  const rest = { removed: [...removed], changed: participants(changed) };
  for (const [at, part] of (parts.length > 0 ? parts : [[]]).entries())
    await deliver(present, head.id, {
      type: "participants_changed",
      room_id: head.id,
      added: part,
      ...(at === 0 ? rest : { removed: [], changed: [] }),
    });
};
