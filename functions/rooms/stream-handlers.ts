import type { Change } from "../store/background/changes.ts";
import { sendTask } from "../store/queues/tasks.ts";
import { isPurged } from "./deleted-rooms.ts";

/**
 * Seconds until what a deleted room held is removed. Whoever began before it was deleted may still write into it, and no
 * request runs longer than 29 seconds (lib/functions.ts); whoever begins later is refused.
 */
const settlingSeconds = 60;

/** A room was deleted: what it held is removed in a while. */
export async function onRoomDeleted(change: Change): Promise<void> {
  if (change.kind !== "head" || change.after?.status !== "deleted") return;
  if (change.before?.status === "deleted") return;
  await sendTask({ task: "remove_room_items", room_id: change.after.id }, settlingSeconds);
}

/** Seconds until it is looked whether the request that ended a membership came to its end: none runs longer than 29. */
const requestSeconds = 60;

/**
 * A membership ended: whoever ended it takes the member off the lists of the room too, and may have been cut off before.
 * Not looked at right away, since that is mostly still under way.
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
    requestSeconds,
  );
}
