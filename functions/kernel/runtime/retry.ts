/** Waits before attempt `attempt` + 1: 50 ms doubled each time, at most 1 s, with full jitter so that callers spread. */
export function backoff(attempt: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.random() * Math.min(1000, 50 * 2 ** attempt));
  });
}

const pauses = [5, 20, 80, 320];

/** Seconds until a message of a queue that failed is tried again; after the last attempt the queue gives it up at once. */
export function backoffAfter(attempt: number): number {
  return pauses[attempt - 1] ?? 0;
}
