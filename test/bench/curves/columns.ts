import type { Cost } from "../meter.ts";
import type { Line } from "../table.ts";

/** What a request cost, and what followed it in functions behind a queue or the stream. */
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
