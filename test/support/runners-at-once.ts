import { availableParallelism } from "node:os";

/** How many runners serve the tests side by side. A runner, its database and its tests seldom keep a core busy. */
export const runnersAtOnce = Math.min(2, availableParallelism());
