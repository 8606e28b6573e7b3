import type { Change } from "../store/background/changes.ts";
import { sendTask } from "../store/queues/tasks.ts";

/**
 * Seconds until what a deleted room held is removed. Whoever began before it was deleted may still write into it, and no
 * request runs longer than 29 seconds (lib/functions.ts); whoever begins later is refused.
 */
const settlingSeconds = 60;

/** A room was deleted: what it held is removed in a while. */
export const followDeletedRoom = async (change: Change): Promise<void> => {
  if (change.kind !== "head" || change.after?.status !== "deleted") return;
  if (change.before?.status === "deleted") return;
  await sendTask({ task: "remove_room_items", room_id: change.after.id }, settlingSeconds);
};
