import { removeFilesOfRoom } from "../attachments/remove.ts";
import { publishRoomDeleted } from "../rooms/events.ts";
import { removeEntriesOfRoom } from "../search/rebuild.ts";
import { sendTask, type TaskHandlers } from "../store/queues/tasks.ts";
import { emptyHead } from "../store/rooms/head-changes.ts";
import { getHead } from "../store/rooms/heads.ts";
import { removeRoomItems } from "../store/rooms/room-items.ts";
import { handleChange } from "./stream.ts";

/** Loads the rebuild when a task needs it, which few tasks do. */
function loadRebuild() {
  return import("./rebuild.ts");
}

export const backgroundTaskHandlers = {
  /**
   * Removes what a deleted room held, its files too, and at last what its head says of it. If the
   * time ends, another task removes the rest. Before any removal the deletion is published to the
   * members again: the request that deleted the room may have been interrupted before it published,
   * and its repeat is refused.
   */
  remove_room_items: async ({ room_id: roomId, continues }, hasTime) => {
    const head = await getHead(roomId, "consistent");
    if (!head) return;
    // A direct room may be open again.
    if (head.status === "deleted" && continues !== true) await publishRoomDeleted(head);
    // The files first, by the thousand: no handler removes the files of messages in a purged room.
    if (
      (await removeFilesOfRoom(head, hasTime)) &&
      (await removeRoomItems(head, hasTime)) &&
      (await removeEntriesOfRoom(head, hasTime))
    )
      await emptyHead(roomId);
    else await sendTask({ task: "remove_room_items", room_id: roomId, continues: true });
  },

  rebuild_index: async (task, hasTime) => (await loadRebuild()).continueRebuild(task, hasTime),

  rebuild_one: async (task, hasTime) =>
    (await loadRebuild()).rebuildOne(task.index, task.id, task.after, hasTime),

  process_change: (task) => handleChange(task.record),
} satisfies Partial<TaskHandlers>;
