import { runTask } from "../../background/tasks.ts";
import { consumeQueue } from "../../kernel/runtime/consume-queue.ts";
import { parseTask, postponeTask } from "../../store/queues/tasks.ts";

/** Left for what a task has to do after it was told that its time is over. */
const reserveMs = 20_000;

/** Does tasks. */
export const handler = consumeQueue({
  name: "task",
  perform: (body, context) => runTask(parseTask(body), () => context.getRemainingTimeInMillis() > reserveMs),
  postpone: postponeTask,
});
