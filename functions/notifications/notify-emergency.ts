import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import { getMessage, type StoredMessage } from "../store/messages/messages.ts";
import { sendTask } from "../store/queues/tasks.ts";
import { getHead, isThere } from "../store/rooms/heads.ts";
import { isLarge } from "../store/rooms/large-rooms.ts";
import { getRosterChunks } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { areBlocked } from "../store/users/users.ts";
import { notificationOfMessage, putAndPublishNotification } from "./create.ts";

const membersAtOnce = 25;

/**
 * Notifies the members of one chunk of a room's roster of an emergency, the connected ones first.
 */
export async function notifyEmergencyChunk(roomId: string, seq: number, chunk: number): Promise<void> {
  const [message, rosters] = await Promise.all([getMessage(roomId, seq), getRosterChunks(roomId, [chunk])]);
  if (!message || isDeletedOrExpired(message)) return;
  const { senderId } = message;
  const userIds = (rosters.get(chunk) ?? []).map((entry) => entry.userId).filter((id) => id !== senderId);
  const { memberships, people } = await batchGet({
    memberships: [...userIds, senderId].map((userId) => [roomId, userId] as const),
    profiles: [senderId],
    presences: [...userIds, senderId],
  });
  // Leaves out members who joined after the message.
  const recipients = memberships
    .filter((me) => me.userId !== senderId && seq > me.joinedSeq && !areBlocked(people, senderId, me.userId))
    .map((me) => me.userId);
  // The members see the sender's e-mail address only while the sender is a member too.
  const seesEmail = memberships.some(({ userId }) => userId === senderId);
  const isConnected = (userId: string): boolean =>
    (people.presences.get(userId)?.connections.length ?? 0) > 0;
  await forEachConcurrent(
    [...recipients.filter(isConnected), ...recipients.filter((userId) => !isConnected(userId))],
    membersAtOnce,
    (userId) =>
      putAndPublishNotification(notificationOfMessage(message, userId, "emergency"), {
        message,
        people,
        seesEmail,
      }),
  );
}

/**
 * Notifies all members of a room of an emergency, whatever they have muted. It notifies them
 * itself, or, in a large room, sends a task for each chunk of the roster.
 */
export async function notifyEmergency({ roomId, seq }: StoredMessage): Promise<void> {
  const head = await getHead(roomId);
  if (!isThere(head) || seq <= head.floor) return;
  if (!isLarge(head)) return notifyEmergencyChunk(roomId, seq, 0);
  for (let chunk = 0; chunk < head.rosterChunks; chunk += 1)
    await sendTask({ task: "notify_emergency", room_id: roomId, seq, chunk });
}
