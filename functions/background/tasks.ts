import { removeFilesOfRoom } from "../attachments/remove.ts";
import { forgetEnded } from "../delivery/dead-connections.ts";
import { notifyEmergencyChunk } from "../notifications/notify-emergency.ts";
import { notifyInvited } from "../notifications/notify-invited.ts";
import { notifyUnreached } from "../notifications/notify-members.ts";
import { completeDeparture } from "../rooms/departures.ts";
import { publishRoomDeleted } from "../rooms/events.ts";
import { removeEntriesOfRoom } from "../search/rebuild.ts";
import { sendTask, type Task } from "../store/queues/tasks.ts";
import { emptyHead } from "../store/rooms/head-changes.ts";
import { getHead } from "../store/rooms/heads.ts";
import { removeRoomItems } from "../store/rooms/room-items.ts";
import { handleChange } from "./stream.ts";

/** What hardly any task needs. */
function rebuilding() {
  return import("./rebuild.ts");
}

/**
 * Removes what a deleted room held, its files too, and at last what its head tells of it. What is left over is a task of
 * its own. Before anything goes, the members are told again that the room is deleted: the request may have been cut off
 * before it told them, and its repeat is refused.
 */
async function removeRoom(roomId: string, continues: boolean, hasTime: () => boolean): Promise<void> {
  const head = await getHead(roomId, "consistent");
  if (!head) return;
  // A direct room may be open again.
  if (head.status === "deleted" && !continues) await publishRoomDeleted(head);
  // The files first, by the thousand: what becomes of their messages is not followed in a room that is gone.
  if (
    (await removeFilesOfRoom(head, hasTime)) &&
    (await removeRoomItems(head, hasTime)) &&
    (await removeEntriesOfRoom(head, hasTime))
  )
    await emptyHead(roomId);
  else await sendTask({ task: "remove_room_items", room_id: roomId, continues: true });
}

/** Does a task; throws to have it tried again. `hasTime` says whether to go on with what can be cut. */
export async function runTask(task: Task, hasTime: () => boolean): Promise<void> {
  switch (task.task) {
    case "remove_room_items":
      return removeRoom(task.room_id, task.continues === true, hasTime);
    case "complete_departure":
      return completeDeparture(task.room_id, task.user_id, {
        chunk: task.chunk,
        joinedAt: task.joined_at,
        role: task.role ?? "admin",
      });
    case "notify_invited":
      return notifyInvited({
        roomId: task.room_id,
        userId: task.user_id,
        addedBy: task.added_by,
        joinedAt: task.joined_at,
      });
    case "notify_emergency":
      return notifyEmergencyChunk(task.room_id, task.seq, task.chunk);
    case "notify_unreached":
      await forgetEnded(task.user_ids, new Set(task.connection_ids));
      return notifyUnreached(task.room_id, task.seq, new Set(task.user_ids));
    case "rebuild_index":
      return (await rebuilding()).continueRebuild(task, hasTime);
    case "rebuild_one":
      return (await rebuilding()).rebuildOne(task.index, task.id, task.after, hasTime);
    case "process_change":
      return handleChange(task.record);
  }
}
