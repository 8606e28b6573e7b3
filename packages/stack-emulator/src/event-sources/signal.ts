/** Lets loops wait for one another. */
interface Signal {
  raise(): void;
  /** Waits until the next raise, or for `ms` milliseconds. */
  wait(ms?: number): Promise<void>;
}

export function createSignal(): Signal {
  let waiting = new Set<() => void>();
  return {
    raise() {
      const woken = waiting;
      waiting = new Set();
      for (const wake of woken) wake();
    },
    wait: (ms) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = ms === undefined ? undefined : setTimeout(wake, Math.max(0, ms));
        waiting.add(wake);
      }),
  };
}
