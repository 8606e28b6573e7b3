/** Waits before attempt `attempt` + 1: 50 ms doubled each time, at most 1 s, with full jitter so that callers spread. */
export const pause = (attempt: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.random() * Math.min(1000, 50 * 2 ** attempt));
  });
