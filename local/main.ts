import { join } from "node:path";
import { type Runner, startRunner } from "../packages/stack-emulator/src/emulator.ts";
import { removeReadyFile, writeReadyFile } from "../packages/stack-emulator/src/ready-file.ts";
import { createReport, type Report, silentReport } from "../packages/stack-emulator/src/report.ts";
import { StartError } from "../packages/stack-emulator/src/start-error.ts";
import { createDemoAccounts, describeDemoAccounts } from "./demo-accounts.ts";
import { type CommandLine, parseCommandLine, usage } from "./options.ts";

// `npm start`: serves the stack on this machine until it is interrupted.

// Lambda's clock is in UTC, and workers share the time zone of their process.
process.env.TZ = "UTC";

let runner: Runner | undefined;
let isStopping = false;

async function stop(exitCode: number): Promise<void> {
  if (isStopping) process.exit(exitCode);
  isStopping = true;
  await runner?.close();
  process.exit(exitCode);
}

function fail(error: unknown): void {
  // An interrupted terminal ends the children too; that is no failure of theirs.
  if (isStopping) return;
  const text =
    error instanceof StartError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`\n${text}\n`);
  void stop(1);
}

async function run(commandLine: CommandLine, report: Report): Promise<void> {
  // What parts say of each other's end while they stop is no news.
  const line: Report["line"] = (source, text) => {
    if (!isStopping) report.line(source, text);
  };
  // Whoever waits for the file must not meet an earlier run's.
  if (commandLine.readyFile !== undefined) removeReadyFile(commandLine.readyFile);
  runner = await startRunner(commandLine, { ...report, line }, fail);
  if (isStopping) return runner.close();
  const { addresses, dataDir } = runner;
  const { httpUrl, userPoolId } = addresses;
  const problem =
    userPoolId === null ? "the users are those of the external issuer." : await createDemoAccounts(httpUrl);
  // Beside the data that are kept, one is always found: by `npm run redrive`.
  const readyFiles = [commandLine.readyFile, commandLine.fresh ? undefined : join(dataDir, "ready.json")];
  for (const readyFile of readyFiles) {
    if (readyFile === undefined) continue;
    writeReadyFile(readyFile, addresses);
    process.once("exit", () => removeReadyFile(readyFile));
  }
  report.step("ready");
  report.say(`
  HTTP API        ${httpUrl}
  WebSocket API   ${addresses.webSocketUrl}
  Control         ${addresses.controlUrl}  (GET /meter, GET /mail, POST /faults, POST /clock)
  Data            ${commandLine.fresh ? "none is kept" : dataDir}

${problem === undefined ? describeDemoAccounts(httpUrl) : `There are no demo accounts: ${problem}`}

Ctrl-C stops everything.
`);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => void stop(0));
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);

try {
  const commandLine = parseCommandLine(process.argv.slice(2));
  if (commandLine) await run(commandLine, commandLine.quiet ? silentReport : createReport());
  else process.stdout.write(`${usage}\n`);
} catch (error) {
  fail(error);
}
