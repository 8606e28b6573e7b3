import type { Clock } from "../clock.ts";
import type { Message } from "./message.ts";
import type { Queue } from "./queue.ts";

/**
 * Waits until a receive may find something: a change of the queue, a hidden message that appears, a
 * move of the clock. Resolves at the latest after `timeoutMs` of the machine's time, or when
 * `signal` aborts.
 */
export interface Waiter {
  wait(timeoutMs: number, signal?: AbortSignal): Promise<void>;
}

export function createWaiter(queue: Queue, clock: Clock): Waiter {
  const wakes = new Set<() => void>();
  const wakeAll = (): void => {
    for (const wake of [...wakes]) wake();
  };
  queue.onChange(wakeAll);
  clock.onAdvance(wakeAll);
  return {
    wait: (timeoutMs, signal) =>
      new Promise((resolve) => {
        const next = queue.nextVisibleAt();
        // One millisecond more, for a timer may fire before its time has come.
        const untilVisible = next === undefined ? timeoutMs : next - clock.now() + 1;
        const wake = (): void => {
          clearTimeout(timer);
          wakes.delete(wake);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.max(0, Math.min(timeoutMs, untilVisible)));
        wakes.add(wake);
        if (signal?.aborted) wake();
        else signal?.addEventListener("abort", wake);
      }),
  };
}

/** Receives, waiting up to `waitMs` for a first message. */
export async function receiveWaiting(
  queue: Queue,
  waiter: Waiter,
  {
    max,
    visibilityTimeoutMs,
    waitMs,
  }: { max: number; visibilityTimeoutMs: number | undefined; waitMs: number },
  signal?: AbortSignal,
): Promise<Message[]> {
  const end = performance.now() + waitMs;
  for (;;) {
    const messages = queue.receive(max, visibilityTimeoutMs);
    const left = end - performance.now();
    if (messages.length > 0 || left <= 0 || signal?.aborted) return messages;
    await waiter.wait(left, signal);
  }
}
