import { changeOf } from "../data/changes.ts";
import { emptyHead } from "../data/head-changes.ts";
import { getHead } from "../data/heads.ts";
import { removeRoomItems } from "../data/room-items.ts";
import { sendTask, type Task } from "../data/tasks.ts";
import { unlistMember } from "./enlist.ts";
import { followChange } from "./follow-change.ts";

/** Removes what a deleted room held, and at last what its head tells of it. What is left over is a task of its own. */
const removeRoom = async (roomId: string, hasTime: () => boolean): Promise<void> => {
  const head = await getHead(roomId, "consistent");
  if (!head) return;
  if (await removeRoomItems(head, hasTime)) await emptyHead(roomId);
  else await sendTask({ task: "remove_room_items", room_id: roomId });
};

/** Does a task; throws to have it tried again. `hasTime` says whether to go on with what can be cut. */
export const runTask = async (task: Task, hasTime: () => boolean): Promise<void> => {
  switch (task.task) {
    case "remove_room_items":
      return removeRoom(task.room_id, hasTime);
    case "unlist_member":
      return unlistMember(task.room_id, task.user_id, { chunk: task.chunk, joinedAt: task.joined_at });
    case "follow_change":
      return followChange(changeOf(task.record));
  }
};
