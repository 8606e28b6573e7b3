import { notificationTaskHandlers } from "../notifications/task-handlers.ts";
import { roomTaskHandlers } from "../rooms/task-handlers.ts";
import type { Task, TaskHandler, TaskHandlers, TaskName } from "../store/queues/tasks.ts";
import { backgroundTaskHandlers } from "./task-handlers.ts";

const taskHandlers: TaskHandlers = {
  ...roomTaskHandlers,
  ...notificationTaskHandlers,
  ...backgroundTaskHandlers,
};

/**
 * Does a task. `hasTime` says whether to go on with what can be cut. Throws to have it tried again.
 */
export async function runTask(task: Task, hasTime: () => boolean): Promise<void> {
  // Safe: TaskHandlers gives each task its own handler; a lookup by name cannot say so.
  const handle = taskHandlers[task.task] as TaskHandler<TaskName>;
  await handle(task, hasTime);
}
