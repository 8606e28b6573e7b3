import { join } from "node:path";
import { type Addresses, type Report, StartError } from "stack-emulator";
import { type Command, runCommand } from "stack-emulator/command";
import { requireJava } from "stack-emulator/prerequisites";
import { sourceMapRoot } from "../lib/bundle.ts";
import { entryPoints } from "../lib/functions.ts";
import { createDemoAccounts, describeDemoAccounts } from "./demo-accounts.ts";
import { type CommandLine, parseCommandLine, usage } from "./options.ts";
import { synthesize } from "./synthesize.ts";
import { type SourceWatch, watchSources } from "./watch.ts";

// `npm start`: serves the stack on this machine until it is interrupted.

/** The folders that `npm start` watches, and the functions that it bundles from them. */
const sources = { root: join(import.meta.dirname, ".."), folders: ["functions", "contract"], entryPoints };

function readCommand(): Command | undefined {
  const commandLine = parseCommandLine(process.argv.slice(2));
  if (!commandLine) return undefined;
  let sourceWatch: SourceWatch | undefined;
  return {
    ...commandLine,
    sourceRoot: sourceMapRoot,
    async template(dataDir, report) {
      // Before the synthesis, which takes longest.
      await requireJava();
      if (commandLine.watch) sourceWatch = watchSources(sources, report);
      return provideTemplate(commandLine, dataDir, report);
    },
    async onReady(emulator) {
      const welcome = await describeWelcome(emulator.addresses);
      // In the background: the watch takes seconds to get ready.
      void sourceWatch?.attach(emulator);
      return welcome;
    },
  };
}

async function provideTemplate(
  { templateDir, context }: CommandLine,
  dataDir: string,
  report: Report,
): Promise<string> {
  if (templateDir !== undefined) return templateDir;
  const outDir = join(dataDir, "cdk.out");
  report.step("synthesizing the stack: the first time, while functions are bundled, takes longest");
  await synthesize(outDir, context);
  report.step("the stack is synthesized");
  return outDir;
}

/**
 * Makes the demo accounts. The ready file names the URLs and the ids that clients of Parley need.
 */
async function describeWelcome(addresses: Addresses): Promise<{ ready: object; text: string }> {
  const { httpUrl, outputs } = addresses;
  if (httpUrl === null) throw new StartError("The template has no HTTP API, so it is not Parley's.");
  const userPoolId = outputs.UserPoolId ?? null;
  const problem =
    userPoolId === null ? "the users are those of the external issuer." : await createDemoAccounts(httpUrl);
  const userPoolClientId = outputs.UserPoolClientId ?? null;
  return {
    ready: { ...addresses, userPoolId, userPoolClientId, tableName: outputs.TableName ?? null },
    text: problem === undefined ? describeDemoAccounts(httpUrl) : `There are no demo accounts: ${problem}`,
  };
}

await runCommand(readCommand, usage);
