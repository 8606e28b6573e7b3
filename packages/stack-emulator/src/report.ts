/** What the emulator tells whoever started it. */
export interface Report {
  /** Something is done; printed with the seconds since the start. */
  step(text: string): void;
  /** A line from one of the parts: a function, a gateway, a store. */
  line(source: string, text: string): void;
  /** Printed as it is. */
  say(text: string): void;
}

export const silentReport: Report = { step: () => undefined, line: () => undefined, say: () => undefined };

export function createReport(): Report {
  const startedAt = performance.now();
  const print = (text: string) => void process.stdout.write(`${text}\n`);
  return {
    step(text) {
      const elapsed = ((performance.now() - startedAt) / 1000).toFixed(1);
      print(`${elapsed.padStart(6)} s  ${text}`);
    },
    line: (source, text) => print(`${source.padStart(12)} | ${text}`),
    say: print,
  };
}
