/** Waits before attempt `attempt` + 1: 50 ms doubled each time, at most 1 s, with full jitter so that callers spread. */
export const backoff = (attempt: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.random() * Math.min(1000, 50 * 2 ** attempt));
  });

const pauses = [5, 20, 80, 320];

/** Seconds until a message of a queue that failed is tried again; after the last attempt the queue gives it up at once. */
export const backoffAfter = (attempt: number): number => pauses[attempt - 1] ?? 0;
