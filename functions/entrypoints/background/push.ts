import { consumeQueue } from "../../kernel/runtime/consume-queue.ts";
import { backoffAfter } from "../../kernel/runtime/retry.ts";
import { PushDeferredError, pushNotification } from "../../push/send.ts";
import { parsePush, postponePush } from "../../store/notifications/pushes.ts";

/** The longest wait in seconds that a push service may ask for: it can ask again after that. */
const longestPause = 900;

/**
 * Returns the seconds until a failed push is tried again. The delay of its attempt is the minimum,
 * so that attempts are not used up at once.
 */
function pauseOf(error: unknown, attempt: number): number {
  const asked = error instanceof PushDeferredError ? (error.retryAfter ?? 0) : 0;
  return Math.max(Math.min(asked, longestPause), backoffAfter(attempt));
}

/** Sends the pushes of the push queue. */
export const handler = consumeQueue({
  name: "push",
  perform: (body) => pushNotification(parsePush(body)),
  pauseOf,
  postpone: postponePush,
});
