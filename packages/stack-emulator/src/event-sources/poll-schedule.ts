/** Says when a stream is polled: often while records come, seldom while none do, (nearly) at once when told of a write. */
export interface PollSchedule {
  /** Waits until the next poll is due. */
  rest(signal: AbortSignal): Promise<void>;
  /** The last poll found records: the next one is due (nearly) at once, as more may follow. */
  found(): void;
  /** Something was written: the next poll is due (nearly) at once. */
  wake(): void;
}

const shortestMs = 50;
/** As often as Lambda itself polls an idle shard. */
const longestMs = 250;
/** Writes that follow each other closely are read together: a read costs the database as much as a write does. */
const gapMs = 10;

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
      woken = true;
      delay = shortestMs;
    },
    wake() {
      woken = true;
      delay = shortestMs;
      hurry();
    },
  };
}
