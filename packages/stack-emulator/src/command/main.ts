import { StartError } from "../start-error.ts";
import { emulatorFlags, emulatorUsage, readArguments, readEmulatorFlags } from "./flags.ts";
import { type Command, runCommand } from "./run-command.ts";

const dataDir = ".stack-emulator";
const usage = `stack-emulator --template cdk.out [options]

  --template DIR               the cloud assembly to serve, which \`cdk synth\` writes to cdk.out
${emulatorUsage(dataDir)}`;

function readCommand(): Command | undefined {
  const values = readArguments(process.argv.slice(2), emulatorFlags, usage);
  if (values.help) return undefined;
  const { template } = values;
  if (template === undefined) throw new StartError(`--template is missing.\n\n${usage}`);
  return { ...readEmulatorFlags(values, dataDir), template: () => Promise.resolve(template) };
}

await runCommand(readCommand, usage);
