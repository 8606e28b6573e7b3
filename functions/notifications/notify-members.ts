import type { NotificationType } from "../../contract/objects/notification.ts";
import { listeningTo } from "../delivery/audience.ts";
import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import { getMessage, type StoredMessage } from "../store/messages/messages.ts";
import { claimNotice, needsNotice } from "../store/notifications/unread-notices.ts";
import { getMemberships, type Membership } from "../store/rooms/memberships.ts";
import { getRoomMembers } from "../store/rooms/room-members.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { getProfiles } from "../store/users/profiles.ts";
import { areBlocked, type People } from "../store/users/users.ts";
import { notificationOfMessage, putAndPublishNotification } from "./create.ts";
import { type Addressed, getAddressed } from "./mentions-and-replies.ts";

/**
 * Returns whether a member wants to be notified of the room's messages now. It does not apply to
 * emergencies, of which every member is notified.
 */
export function wantsNotifications({ notifications, mutedUntil }: Membership): boolean {
  return notifications && (mutedUntil === null || Date.parse(mutedUntil) <= Date.now());
}

/**
 * Rooms that this container has seen to be large: a large room stays large. In a large room only
 * the members whom a message addresses are read. At `cachedLargeRooms` rooms the set is emptied.
 */
const largeRooms = new Set<string>();
const cachedLargeRooms = 10_000;

/**
 * Returns the memberships of members who may be notified of a message, and that of its sender.
 * Returns none if the members no longer see the message.
 */
async function getCandidates(
  { roomId, seq, senderId }: StoredMessage,
  addressed: Addressed,
): Promise<readonly Membership[]> {
  if (!largeRooms.has(roomId)) {
    const room = await getRoomMembers(roomId);
    if (!room || room.head.status === "deleted" || seq <= room.head.floor) return [];
    if (room.memberships) return room.memberships;
    if (largeRooms.size === cachedLargeRooms) largeRooms.clear();
    largeRooms.add(roomId);
  }
  return addressed.size > 0 ? getMemberships(roomId, [...new Set([...addressed.keys(), senderId])]) : [];
}

/** A member to notify, and the type of their notification. */
interface Notified {
  readonly me: Membership;
  readonly type: NotificationType;
}

/**
 * Returns the members to notify, by their memberships alone. A new message notifies only members
 * without an unread notice of this room.
 */
function membersToNotify(
  { roomId, seq, senderId }: StoredMessage,
  candidates: readonly Membership[],
  addressed: Addressed,
): Notified[] {
  return candidates
    .filter((me) => me.userId !== senderId && seq > me.joinedSeq && wantsNotifications(me))
    .map((me): Notified => ({ me, type: addressed.get(me.userId) ?? "new_message" }))
    .filter(({ me, type }) => type !== "new_message" || (!largeRooms.has(roomId) && needsNotice(me, seq)));
}

/**
 * Returns whether a user has a connection on which a message of the room reached them. Then they
 * have the message, and need no notification that there is one.
 */
function isReached(roomId: string, userId: string, { presences }: People): boolean {
  const presence = presences.get(userId);
  return presence !== undefined && listeningTo(roomId, presence).length > 0;
}

const membersAtOnce = 25;

/**
 * Notifies the members of a room of a message, or `only` some of them, each at most once: of a
 * mention, of a reply, or of unread messages. It reads the memberships first, since they rule out
 * nearly all members, and all of them cost less than a presence for each. It reads only the
 * presences of the members who are left. A repeated call only completes an interrupted one.
 */
export async function notifyMembers(message: StoredMessage, only?: ReadonlySet<string>): Promise<void> {
  const { roomId, seq, senderId } = message;
  const addressed = await getAddressed(message);
  const candidates = await getCandidates(message, addressed);
  const wanting = membersToNotify(
    message,
    only ? candidates.filter(({ userId }) => only.has(userId)) : candidates,
    addressed,
  );
  if (wanting.length === 0) return;
  const { people } = await batchGet(
    { presences: [senderId, ...wanting.map(({ me }) => me.userId)] },
    // It has only just become known of these members that they are not connected.
    only ? "consistent" : "eventual",
  );
  const notified = wanting.filter(
    ({ me, type }) =>
      !areBlocked(people, senderId, me.userId) &&
      (type !== "new_message" || !isReached(roomId, me.userId, people)),
  );
  if (notified.length === 0) return;
  const [present, profiles] = await Promise.all([getMessage(roomId, seq), getProfiles([senderId])]);
  if (!present || isDeletedOrExpired(present)) return;
  // The members see the sender's e-mail address only while the sender is a member too.
  const seesEmail = candidates.some(({ userId }) => userId === senderId);
  await forEachConcurrent(notified, membersAtOnce, async ({ me, type }) => {
    if (type === "new_message" && !(await claimNotice(me, seq))) return;
    await putAndPublishNotification(notificationOfMessage(present, me.userId, type), {
      message: present,
      people: { ...people, profiles },
      seesEmail,
    });
  });
}

/**
 * Notifies users of a message whose post found only dead connections of theirs: the stream handler
 * may have taken them for connected. An emergency is left out: it notifies connected members
 * anyway, as a mention and a reply do.
 */
export async function notifyUnreached(
  roomId: string,
  seq: number,
  userIds: ReadonlySet<string>,
): Promise<void> {
  const message = await getMessage(roomId, seq);
  if (message && !isDeletedOrExpired(message) && message.priority !== "emergency")
    await notifyMembers(message, userIds);
}
