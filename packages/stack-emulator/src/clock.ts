/** The time that gateways, functions and stores live by: the machine's, moved ahead by tests. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** How far this clock is ahead of the machine's. */
  readonly offsetMs: number;
  advance(ms: number): void;
  onAdvance(listener: () => void): void;
}

/** About 25 days. A timer for longer ends at once: https://nodejs.org/api/timers.html */
export const longestTimerMs = 2 ** 31 - 1;

/** A clock whose offset workers can read without a message: a Float64 in shared memory. */
export interface SharedClock extends Clock {
  readonly sharedOffset: SharedArrayBuffer;
}

export function createClock(): SharedClock {
  const sharedOffset = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  const offset = new Float64Array(sharedOffset);
  const listeners: Array<() => void> = [];
  const offsetMs = () => offset[0] ?? 0;
  return {
    sharedOffset,
    now: () => Date.now() + offsetMs(),
    get offsetMs() {
      return offsetMs();
    },
    advance(ms) {
      offset[0] = offsetMs() + ms;
      for (const listener of listeners) listener();
    },
    onAdvance(listener) {
      listeners.push(listener);
    },
  };
}
