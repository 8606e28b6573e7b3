/** Tells whoever waits how far it has come: on stderr, apart from what is measured. */
const began = performance.now();

export function secondsPassed(): number {
  return Math.round((performance.now() - began) / 1000);
}

export function say(text: string): void {
  process.stderr.write(`[${String(secondsPassed()).padStart(4)} s] ${text}\n`);
}

/** For work in many small steps: says every tenth of it, and nothing where it is short. */
export function sayTenths(what: string, total: number): (done: number) => void {
  const step = Math.ceil(total / 10);
  return (done) => {
    if (total >= 200 && (done % step === 0 || done === total))
      say(`${done.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} ${what}`);
  };
}
