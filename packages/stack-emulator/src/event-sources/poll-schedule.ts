/** Says when a stream is polled: (nearly) at once when told of a write, seldom otherwise. */
export interface PollSchedule {
  /** Waits until the next poll is due. */
  rest(signal: AbortSignal): Promise<void>;
  /** The last poll found records: the next ones are due sooner, as more may follow. */
  found(): void;
  /** Something was written: the next poll is due (nearly) at once. */
  wake(): void;
}

const shortestMs = 200;
/**
 * The time is long, because every call that writes wakes the schedule. Only the deletions by TTL,
 * which DynamoDB Local makes by itself, are found by polling alone. Lambda polls an idle shard four
 * times a second. An idle machine would spend more on that than on all else of an emulator.
 */
const longestMs = 2000;
/**
 * Writes that follow each other closely are read together: a read costs the database as much as a
 * write does.
 */
const gapMs = 20;

export function createPollSchedule(): PollSchedule {
  let delay = shortestMs;
  let woken = false;
  let hurry = (): void => {};
  return {
    rest: (signal) =>
      new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", end);
          hurry = () => {};
          woken = false;
          resolve();
        };
        let timer = setTimeout(end, woken ? gapMs : delay);
        hurry = () => {
          clearTimeout(timer);
          hurry = () => {};
          timer = setTimeout(end, gapMs);
        };
        delay = Math.min(longestMs, delay * 1.5);
        if (signal.aborted) end();
        else signal.addEventListener("abort", end);
      }),
    found() {
      delay = shortestMs;
    },
    wake() {
      woken = true;
      delay = shortestMs;
      hurry();
    },
  };
}
