/**
 * Waits before attempt `attempt` + 1: 50 ms doubled each time, at most 1 s, with full jitter so
 * that callers spread.
 */
export function backoff(attempt: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.random() * Math.min(1000, 50 * 2 ** attempt));
  });
}

const pauses = [5, 20, 80, 320];

/**
 * Returns the seconds until a failed message of a queue is tried again. After the last attempt it
 * is 0, because the queue then gives the message up at once.
 */
export function backoffAfter(attempt: number): number {
  return pauses[attempt - 1] ?? 0;
}
