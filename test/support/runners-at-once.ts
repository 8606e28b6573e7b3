import { availableParallelism } from "node:os";

/**
 * How many runners serve tests at the same time, unless --maxWorkers says so. A runner seldom keeps
 * a core busy.
 */
export const runnersAtOnce = Math.min(2, availableParallelism());
