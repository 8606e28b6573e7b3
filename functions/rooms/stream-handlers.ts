import type { Change } from "../store/background/changes.ts";
import { sendTask } from "../store/queues/tasks.ts";
import { isPurged } from "./deleted-rooms.ts";

/**
 * Seconds until the content of a deleted room is removed. A request that began before the deletion
 * may still write into the room, and no request runs longer than 29 seconds (lib/functions.ts).
 * Later requests are refused.
 */
const removalSeconds = 60;

/** Queues the removal of a deleted room's content. */
export async function onRoomDeleted(change: Change): Promise<void> {
  if (change.kind !== "head" || change.after?.status !== "deleted") return;
  if (change.before?.status === "deleted") return;
  await sendTask({ task: "remove_room_items", room_id: change.after.id }, removalSeconds);
}

/**
 * Seconds until the departure is checked: the request that ended the membership runs at most 29
 * seconds.
 */
const departureSeconds = 60;

/**
 * Queues a check of a departure. The request that ended a membership also removes the member from
 * the room's lists, and may have been interrupted before. The check waits, because that is mostly
 * still under way.
 */
export async function onMemberRemoved(change: Change): Promise<void> {
  if (change.kind !== "member" || change.after || !change.before) return;
  const { membership, chunk } = change.before;
  if (await isPurged(membership.roomId)) return;
  await sendTask(
    {
      task: "complete_departure",
      room_id: membership.roomId,
      user_id: membership.userId,
      chunk,
      joined_at: membership.joinedAt,
      role: membership.role,
    },
    departureSeconds,
  );
}
