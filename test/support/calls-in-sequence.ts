import type { MeteredCall } from "./control.ts";

/**
 * Milliseconds by which a service answers late while calls in sequence are counted, so that
 * parallel calls overlap.
 */
export const lateAnswer = 100;

/**
 * Returns the length of the longest chain of calls in which each began after the one before had
 * ended.
 */
export function callsInSequence(calls: readonly Pick<MeteredCall, "started_ms" | "ended_ms">[]): number {
  let chain = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const call of [...calls].sort((one, other) => one.ended_ms - other.ended_ms))
    if (call.started_ms >= end) {
      chain += 1;
      end = call.ended_ms;
    }
  return chain;
}
