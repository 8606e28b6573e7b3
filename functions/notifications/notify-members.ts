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
import { notificationOfMessage } from "./compose.ts";
import { putAndPublishNotification } from "./put.ts";
import { getRecipients, type Recipients } from "./recipients.ts";

/** Whether a member wants to be notified of what happens in their room just now; of emergencies everybody is. */
export function wantsNotifications({ notifications, mutedUntil }: Membership): boolean {
  return notifications && (mutedUntil === null || Date.parse(mutedUntil) <= Date.now());
}

/** Large rooms, which stay so: of their members only those are looked at whom a message names. */
const large = new Set<string>();
const largeLimit = 10_000;

/** The memberships of those who may be told of a message, and its sender's; none where it is not to be seen any more. */
async function getCandidates(
  { roomId, seq, senderId }: StoredMessage,
  addressed: Recipients,
): Promise<readonly Membership[]> {
  if (!large.has(roomId)) {
    const room = await getRoomMembers(roomId);
    if (!room || room.head.status === "deleted" || seq <= room.head.floor) return [];
    if (room.memberships) return room.memberships;
    if (large.size === largeLimit) large.clear();
    large.add(roomId);
  }
  return addressed.size > 0 ? getMemberships(roomId, [...new Set([...addressed.keys(), senderId])]) : [];
}

interface Receiver {
  readonly me: Membership;
  readonly type: NotificationType;
}

/** Of a new message those alone are told whom nothing unread in the room has told before. */
function receiversOf(
  { roomId, seq, senderId }: StoredMessage,
  candidates: readonly Membership[],
  addressed: Recipients,
): Receiver[] {
  return candidates
    .filter((me) => me.userId !== senderId && seq > me.joinedSeq && wantsNotifications(me))
    .map((me): Receiver => ({ me, type: addressed.get(me.userId) ?? "new_message" }))
    .filter(({ me, type }) => type !== "new_message" || (!large.has(roomId) && needsNotice(me, seq)));
}

/** Whether a message reached somebody on a socket: then they have it, and need not be told that there is one. */
function isReached(roomId: string, userId: string, { presences }: People): boolean {
  const presence = presences.get(userId);
  return presence !== undefined && listeningTo(roomId, presence).length > 0;
}

const toldAtOnce = 25;

/**
 * Notifies the members of a room of a message, or `only` some, each once at most: of a mention, of a reply, or that there is
 * something unread. Memberships come first, since they rule out nearly everybody, and all of them cost less than one presence
 * each; presences of those alone who are left. Again it does nothing but complete itself.
 */
export async function notifyMembers(message: StoredMessage, only?: ReadonlySet<string>): Promise<void> {
  const { roomId, seq, senderId } = message;
  const addressed = await getRecipients(message);
  const candidates = await getCandidates(message, addressed);
  const receivers = receiversOf(
    message,
    only ? candidates.filter(({ userId }) => only.has(userId)) : candidates,
    addressed,
  );
  if (receivers.length === 0) return;
  const { people } = await batchGet(
    { presences: [senderId, ...receivers.map(({ me }) => me.userId)] },
    // Of some it has just become known that they are not connected.
    only ? "consistent" : "eventual",
  );
  const told = receivers.filter(
    ({ me, type }) =>
      !areBlocked(people, senderId, me.userId) &&
      (type !== "new_message" || !isReached(roomId, me.userId, people)),
  );
  if (told.length === 0) return;
  const [present, profiles] = await Promise.all([getMessage(roomId, seq), getProfiles([senderId])]);
  if (!present || isDeletedOrExpired(present)) return;
  // Who has left the room by now shares none.
  const seesEmail = candidates.some(({ userId }) => userId === senderId);
  await forEachConcurrent(told, toldAtOnce, async ({ me, type }) => {
    if (type === "new_message" && !(await claimNotice(me, seq))) return;
    await putAndPublishNotification(notificationOfMessage(present, me.userId, type), {
      message: present,
      people: { ...people, profiles },
      seesEmail,
    });
  });
}

/**
 * Notifies people of a message that met only connections of theirs which were over: what follows it may have taken them for
 * connected. What addresses them, and an emergency, they are notified of in any case.
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
