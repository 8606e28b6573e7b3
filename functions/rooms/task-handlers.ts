import type { TaskHandlers } from "../store/queues/tasks.ts";
import { completeDeparture } from "./departures.ts";

export const roomTaskHandlers = {
  complete_departure: (task) =>
    completeDeparture(task.room_id, task.user_id, {
      chunk: task.chunk,
      joinedAt: task.joined_at,
      role: task.role ?? "admin",
    }),
} satisfies Partial<TaskHandlers>;
