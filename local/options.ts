import { parseArgs } from "node:util";
import { StartError } from "../packages/stack-emulator/src/start-error.ts";

export interface RunnerOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly dataDir: string;
  /** Begins with no data and keeps none. */
  readonly fresh: boolean;
  /** Props of the stack, as with `cdk -c name=value`. */
  readonly context: Readonly<Record<string, string>>;
  /** A cloud assembly to serve in place of one synthesized now. */
  readonly templateDir: string | undefined;
  /** Workers of one function at most. */
  readonly concurrency: number;
  readonly idleMs: number | undefined;
  readonly maxConnectionMs: number | undefined;
}

export interface CommandLine extends RunnerOptions {
  readonly readyFile: string | undefined;
  readonly quiet: boolean;
}

export const usage = `npm start -- [options]

  --port N                     port of the HTTP and WebSocket API, 0 for any free one (4000)
  --data DIR                   where accounts, messages and files are kept (.parley)
  --fresh                      begin with no data and keep none; what is in DIR stays as it is
  -c, --context name=value     set a prop of the stack, as with the CDK; may be repeated
  --ready-file FILE            write the URLs there as JSON once everything answers
  --idle-seconds N             close a WebSocket connection after so long without a frame (600)
  --max-connection-seconds N   close a WebSocket connection after so long in any case (7200)
  --concurrency N              workers of one function at most (8)
  --template DIR               serve an already synthesized cdk.out
  --quiet                      print nothing but errors
  --help                       print this`;

/** Reads the arguments after the script's name; undefined when help was asked for. */
export function parseCommandLine(args: readonly string[]): CommandLine | undefined {
  const values = readFlags(args);
  if (values.help) return undefined;
  return {
    port: wholeNumber("--port", values.port, 0, 65_535) ?? 4000,
    dataDir: values.data ?? ".parley",
    fresh: values.fresh ?? false,
    context: Object.fromEntries((values.context ?? []).map(readContext)),
    templateDir: values.template,
    concurrency: wholeNumber("--concurrency", values.concurrency, 1, 1000) ?? 8,
    idleMs: seconds("--idle-seconds", values["idle-seconds"]),
    maxConnectionMs: seconds("--max-connection-seconds", values["max-connection-seconds"]),
    readyFile: values["ready-file"],
    quiet: values.quiet ?? false,
  };
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        data: { type: "string" },
        fresh: { type: "boolean" },
        context: { type: "string", short: "c", multiple: true },
        "ready-file": { type: "string" },
        "idle-seconds": { type: "string" },
        "max-connection-seconds": { type: "string" },
        concurrency: { type: "string" },
        template: { type: "string" },
        quiet: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

function readContext(text: string): [string, string] {
  const mark = text.indexOf("=");
  if (mark < 1) throw new StartError(`-c takes name=value, such as -c stage=prod, and got ${text}.`);
  return [text.slice(0, mark), text.slice(mark + 1)];
}

function wholeNumber(
  flag: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least || value > most) {
    throw new StartError(`${flag} takes a whole number from ${least} to ${most}, and got ${text}.`);
  }
  return value;
}

function seconds(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new StartError(`${flag} takes a number of seconds above 0, and got ${text}.`);
  return value * 1000;
}
