import { StartError } from "stack-emulator";
import {
  type EmulatorFlags,
  emulatorFlags,
  emulatorUsage,
  readArguments,
  readEmulatorFlags,
} from "stack-emulator/command";

export interface CommandLine extends EmulatorFlags {
  /** Props of the stack, as with `cdk -c name=value`. */
  readonly context: Readonly<Record<string, string>>;
  /** A cloud assembly to serve in place of one synthesized now. */
  readonly templateDir: string | undefined;
  /** Whether functions are bundled anew when their sources change. */
  readonly watch: boolean;
}

const dataDir = ".parley";

export const usage = `npm start -- [options]

${emulatorUsage(dataDir)}
  -c, --context name=value     set a prop of the stack, as with the CDK; may be repeated
  --template DIR               serve an already synthesized cdk.out
  --no-watch                   do not bundle functions anew when a file of functions/ or contract/ changes`;

/** Reads the arguments after the script's name; undefined when they ask for help. */
export function parseCommandLine(args: readonly string[]): CommandLine | undefined {
  const flags = {
    ...emulatorFlags,
    context: { type: "string", short: "c", multiple: true },
    "no-watch": { type: "boolean" },
  } as const;
  const values = readArguments(args, flags, usage);
  if (values.help) return undefined;
  return {
    ...readEmulatorFlags(values, dataDir),
    context: Object.fromEntries((values.context ?? []).map(readContext)),
    templateDir: values.template,
    watch: values.template === undefined && values["no-watch"] !== true,
  };
}

function readContext(text: string): [string, string] {
  const mark = text.indexOf("=");
  if (mark < 1) throw new StartError(`-c takes name=value, such as -c stage=prod, and got ${text}.`);
  return [text.slice(0, mark), text.slice(mark + 1)];
}
