import type { MeteredCall } from "./control.ts";

/** By how many milliseconds a service is to answer late where calls in sequence are counted: calls at once overlap then. */
export const lateAnswer = 100;

/** How many of the calls had to wait for another: the longest chain of calls of which each began after the last ended. */
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
