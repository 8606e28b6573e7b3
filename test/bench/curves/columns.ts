import type { Cost } from "../meter.ts";
import type { Line } from "../table.ts";

/**
 * Returns the cost of a request, and of the work behind it in functions that a queue or the stream
 * calls.
 */
export function columnsOf({ request, after, ms }: Cost): Line {
  return {
    rru: request.rru,
    wru: request.wru,
    calls: request.calls,
    posts: request.posts,
    queued: request.queued,
    "then functions": after.invocations,
    "then rru": after.rru,
    "then wru": after.wru,
    "then posts": after.posts,
    "ms here": ms,
  };
}
