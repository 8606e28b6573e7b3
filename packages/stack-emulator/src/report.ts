/** Takes the texts for the user who started the emulator. */
export interface Report {
  /** Something is done; printed with the seconds since the start. */
  step(text: string): void;
  /** Text from one of the parts: a function, a gateway, a store. */
  line(source: string, text: string, isError?: boolean): void;
  /** A request that was answered. */
  request(text: string): void;
  /** Printed as it is. */
  say(text: string): void;
}

const print = (text: string) => void process.stdout.write(`${text}\n`);

/** Creates a report that prints everything. */
export function createReport(): Report {
  const startedAt = performance.now();
  return {
    step(text) {
      const elapsed = ((performance.now() - startedAt) / 1000).toFixed(1);
      print(`${elapsed.padStart(6)} s  ${text}`);
    },
    line: (source, text) => print(labelled(source, text)),
    request: (text) => print(labelled("request", text)),
    say: print,
  };
}

/** Prints errors of functions, to stderr, and requests, where they are asked for. */
export const quietReport: Report = {
  step: () => undefined,
  line(source, text, isError = false) {
    if (isError) process.stderr.write(`${labelled(source, text)}\n`);
  },
  request: print,
  say: () => undefined,
};

/** Each line of the text, with the name of what it comes from. */
function labelled(source: string, text: string): string {
  return text
    .split("\n")
    .map((line) => `${source.padStart(12)} | ${line}`)
    .join("\n");
}
