import { consumeQueue } from "../../kernel/runtime/consume-queue.ts";
import { backoffAfter } from "../../kernel/runtime/retry.ts";
import { PushDeferredError, pushNotification } from "../../push/send.ts";
import { parsePush, postponePush } from "../../store/notifications/pushes.ts";

/** Seconds that a push service may have us wait: what it wants beyond, it can say again then. */
const longestPause = 900;

/** Seconds until a push that failed is tried again: those of its attempt at least, so that none is used up at once. */
function pauseOf(error: unknown, attempt: number): number {
  const asked = error instanceof PushDeferredError ? (error.retryAfter ?? 0) : 0;
  return Math.max(Math.min(asked, longestPause), backoffAfter(attempt));
}

/** Sends pushes. */
export const handler = consumeQueue({
  name: "push",
  perform: (body) => pushNotification(parsePush(body)),
  pauseOf,
  postpone: postponePush,
});
