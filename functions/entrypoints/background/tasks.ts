import { runTask } from "../../background/tasks.ts";
import { consumeQueue } from "../../kernel/runtime/consume-queue.ts";
import { parseTask, postponeTask } from "../../store/queues/tasks.ts";

/** Milliseconds that a task keeps for its last steps after it learns that its time is over. */
const reserveMs = 20_000;

/** Runs the tasks of the tasks queue. */
export const handler = consumeQueue({
  name: "task",
  perform: (body, context) => runTask(parseTask(body), () => context.getRemainingTimeInMillis() > reserveMs),
  postpone: postponeTask,
});
