/** Reports the progress on stderr, which keeps it out of the results. */
const began = performance.now();

export function secondsPassed(): number {
  return Math.round((performance.now() - began) / 1000);
}

export function say(text: string): void {
  process.stderr.write(`[${String(secondsPassed()).padStart(4)} s] ${text}\n`);
}

/**
 * Returns a function that reports every tenth of work in many small steps, and nothing if it is
 * short.
 */
export function sayTenths(what: string, total: number): (done: number) => void {
  const step = Math.ceil(total / 10);
  return (done) => {
    if (total >= 200 && (done % step === 0 || done === total))
      say(`${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} ${what}`);
  };
}
