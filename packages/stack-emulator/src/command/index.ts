export {
  type EmulatorFlags,
  emulatorFlags,
  emulatorUsage,
  readArguments,
  readEmulatorFlags,
} from "./flags.ts";
export { type Command, runCommand } from "./run-command.ts";
