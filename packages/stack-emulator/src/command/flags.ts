import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import type { EmulatorOptions } from "../emulator.ts";
import { StartError } from "../start-error.ts";

/** The flags of each command that starts an emulator, in the shape of `parseArgs`. */
export const emulatorFlags = {
  port: { type: "string" },
  data: { type: "string" },
  fresh: { type: "boolean" },
  "ready-file": { type: "string" },
  "idle-seconds": { type: "string" },
  "max-connection-seconds": { type: "string" },
  concurrency: { type: "string" },
  cold: { type: "boolean" },
  template: { type: "string" },
  inspect: { type: "boolean" },
  "inspect-port": { type: "string" },
  "log-requests": { type: "boolean" },
  quiet: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const satisfies ParseArgsOptionsConfig;

/** The values of the flags, except the template. */
export interface EmulatorFlags extends Omit<EmulatorOptions, "template"> {
  readonly readyFile: string | undefined;
  /** The port at which a debugger may attach. */
  readonly inspectPort: number | undefined;
  readonly quiet: boolean;
}

/** The lines that explain the flags, except the template's. */
export const emulatorUsage = (dataDir: string): string => `\
  --port N                     port of the HTTP and WebSocket API, 0 for any free one (4000)
  --data DIR                   the folder where data is kept (${dataDir})
  --fresh                      begin with no data and keep none; what is in DIR stays as it is
  --ready-file FILE            write the URLs there as JSON once everything answers
  --idle-seconds N             close a WebSocket connection after so long without a frame (600)
  --max-connection-seconds N   close a WebSocket connection after so long in any case (7200)
  --concurrency N              workers of one function at most (8)
  --cold                       start no worker before the first call of its function
  --inspect                    let a debugger attach to the functions, which then have no time limits
  --inspect-port N             the same at another port than 9229, 0 for any free one
  --log-requests               print a line for each request and frame
  --quiet                      print nothing but errors
  --help                       print this`;

/** Parses the arguments after the script's name. Throws a StartError that ends with `usage`. */
export function readArguments<Flags extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Flags,
  usage: string,
) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

type Values = {
  readonly [Flag in keyof typeof emulatorFlags]?:
    | ((typeof emulatorFlags)[Flag]["type"] extends "string" ? string : boolean)
    | undefined;
};

/**
 * Returns the values with their defaults. `dataDir` is the folder if no flag names one. Throws a
 * StartError if a flag does not take its value.
 */
export function readEmulatorFlags(values: Values, dataDir: string): EmulatorFlags {
  const inspectPort =
    wholeNumber("--inspect-port", values["inspect-port"], 0, 65_535) ?? (values.inspect ? 9229 : undefined);
  return {
    inspectPort,
    debug: inspectPort !== undefined,
    port: wholeNumber("--port", values.port, 0, 65_535) ?? 4000,
    dataDir: values.data ?? dataDir,
    fresh: values.fresh ?? false,
    concurrency: wholeNumber("--concurrency", values.concurrency, 1, 1000) ?? 8,
    isCold: values.cold ?? false,
    idleMs: milliseconds("--idle-seconds", values["idle-seconds"]),
    maxConnectionMs: milliseconds("--max-connection-seconds", values["max-connection-seconds"]),
    logRequests: values["log-requests"] ?? false,
    readyFile: values["ready-file"],
    quiet: values.quiet ?? false,
  };
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

function milliseconds(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0)) throw new StartError(`${flag} takes a number of seconds above 0, and got ${text}.`);
  return value * 1000;
}
