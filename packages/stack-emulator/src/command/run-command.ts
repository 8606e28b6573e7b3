import { join } from "node:path";
import { type Addresses, type Emulator, type EmulatorOptions, startEmulator } from "../emulator.ts";
import { explainFailure } from "../explain-failure.ts";
import { createReport, quietReport, type Report } from "../report.ts";
import { StartError } from "../start-error.ts";
import type { EmulatorFlags } from "./flags.ts";
import { removeReadyFile, writeReadyFile } from "./ready-file.ts";

/** The emulator that a command starts. */
export interface Command extends EmulatorFlags {
  readonly template: (dataDir: string, report: Report) => Promise<string>;
  /**
   * Called when the emulator answers. Returns the content of the ready file, and a text that is
   * printed below the URLs.
   */
  readonly onReady?: (emulator: Emulator) => Promise<{ readonly ready: object; readonly text: string }>;
}

/**
 * Runs an emulator until it is interrupted or one of its parts ends. `read` returns the command
 * that the arguments ask for, or undefined if they ask for help.
 */
export async function runCommand(read: () => Command | undefined, usage: string): Promise<void> {
  // Lambda's clock is in UTC, and workers share the time zone of their process.
  process.env.TZ = "UTC";
  let emulator: Emulator | undefined;
  let isStopping = false;

  const stop = async (exitCode: number): Promise<void> => {
    if (isStopping) process.exit(exitCode);
    isStopping = true;
    await emulator?.close();
    process.exit(exitCode);
  };
  const fail = (error: unknown): void => {
    // An interrupted terminal ends the children too; that is no failure of theirs.
    if (isStopping) return;
    process.stderr.write(`\n${explainFailure(error)}\n`);
    void stop(1);
  };
  const run = async (command: Command): Promise<void> => {
    const { readyFile, quiet, fresh, template, inspectPort } = command;
    const report = quiet ? quietReport : createReport();
    // A reader that waits for the file must not meet an earlier run's.
    if (readyFile !== undefined) removeReadyFile(readyFile);
    if (inspectPort !== undefined) await openInspector(inspectPort);
    const options: EmulatorOptions = {
      ...command,
      template(dataDir) {
        // An emulator that was killed leaves its file.
        removeReadyFile(join(dataDir, "ready.json"));
        return template(dataDir, report);
      },
    };
    // Lines of parts about the end of other parts are dropped while everything stops.
    const line: Report["line"] = (...given) => {
      if (!isStopping) report.line(...given);
    };
    emulator = await startEmulator(options, { ...report, line }, fail);
    if (isStopping) return emulator.close();
    const { addresses, dataDir } = emulator;
    const { ready, text } = (await command.onReady?.(emulator)) ?? { ready: addresses, text: "" };
    // Beside data that is kept, tools always find one.
    for (const file of [readyFile, fresh ? undefined : join(dataDir, "ready.json")]) {
      if (file === undefined) continue;
      writeReadyFile(file, ready);
      process.once("exit", () => removeReadyFile(file));
    }
    report.step("ready");
    report.say(describeAddresses(addresses, fresh ? undefined : dataDir, text));
  };

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void stop(0));
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  try {
    const command = read();
    if (command) await run(command);
    else process.stdout.write(`${usage}\n`);
  } catch (error) {
    fail(error);
  }
}

/** Prints the address to which a debugger attaches, as `node --inspect` does. */
async function openInspector(port: number): Promise<void> {
  const inspector = await import("node:inspector");
  inspector.open(port, "127.0.0.1");
  // A port that is in use is no error: Node then prints a sentence of its own.
  if (inspector.url() === undefined)
    throw new StartError(`The debugger's port ${port} is in use: choose another with --inspect-port N.`);
}

function describeAddresses(addresses: Addresses, dataDir: string | undefined, text: string): string {
  return `
  HTTP API        ${addresses.httpUrl ?? "none"}
  WebSocket API   ${addresses.webSocketUrl ?? "none"}
  Control         ${addresses.controlUrl}  (GET /meter, GET /mail, POST /faults, POST /clock)
  Data            ${dataDir ?? "none is kept"}
${text === "" ? "" : `\n${text}\n`}
Ctrl-C stops everything.
`;
}
