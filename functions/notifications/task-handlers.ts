import { forgetEnded } from "../delivery/remove-connections.ts";
import type { TaskHandlers } from "../store/queues/tasks.ts";
import { notifyEmergencyChunk } from "./notify-emergency.ts";
import { notifyInvited } from "./notify-invited.ts";
import { notifyUnreached } from "./notify-members.ts";

export const notificationTaskHandlers = {
  notify_invited: (task) =>
    notifyInvited({
      roomId: task.room_id,
      userId: task.user_id,
      addedBy: task.added_by,
      joinedAt: task.joined_at,
    }),

  notify_emergency: (task) => notifyEmergencyChunk(task.room_id, task.seq, task.chunk),

  notify_unreached: async (task) => {
    await forgetEnded(task.user_ids, new Set(task.connection_ids));
    await notifyUnreached(task.room_id, task.seq, new Set(task.user_ids));
  },
} satisfies Partial<TaskHandlers>;
