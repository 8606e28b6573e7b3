import { forEachConcurrent } from "../kernel/runtime/for-each-concurrent.ts";
import { isDeletedOrExpired } from "../messages/present.ts";
import { getMessage, type StoredMessage } from "../store/messages/messages.ts";
import { sendTask } from "../store/queues/tasks.ts";
import { getHead, isLarge, isThere } from "../store/rooms/heads.ts";
import { getRosterChunks } from "../store/rooms/rosters.ts";
import { batchGet } from "../store/table/batch-get.ts";
import { areBlocked } from "../store/users/users.ts";
import { notificationOfMessage } from "./compose.ts";
import { putAndPublishNotification } from "./put.ts";

const toldAtOnce = 25;

/** Tells the members of one chunk of a room's roster of an emergency, those who are connected first. */
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
  // Nobody who joined since: to them it is of before.
  const told = memberships
    .filter((me) => me.userId !== senderId && seq > me.joinedSeq && !areBlocked(people, senderId, me.userId))
    .map((me) => me.userId);
  // Who has left the room by now shares none.
  const seesEmail = memberships.some(({ userId }) => userId === senderId);
  const isLive = (userId: string): boolean => (people.presences.get(userId)?.connections.length ?? 0) > 0;
  await forEachConcurrent(
    [...told.filter(isLive), ...told.filter((userId) => !isLive(userId))],
    toldAtOnce,
    (userId) =>
      putAndPublishNotification(notificationOfMessage(message, userId, "emergency"), {
        message,
        people,
        seesEmail,
      }),
  );
}

/**
 * Tells all members of a room of an emergency, whatever they have muted: right away, or, in a large room, in a task for
 * each chunk of its roster.
 */
export async function notifyEmergency({ roomId, seq }: StoredMessage): Promise<void> {
  const head = await getHead(roomId);
  if (!isThere(head) || seq <= head.floor) return;
  if (!isLarge(head)) return notifyEmergencyChunk(roomId, seq, 0);
  for (let chunk = 0; chunk < head.rosterChunks; chunk += 1)
    await sendTask({ task: "notify_emergency", room_id: roomId, seq, chunk });
}
