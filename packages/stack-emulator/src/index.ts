export { type Addresses, type Emulator, type EmulatorOptions, startEmulator } from "./emulator.ts";
export { createReport, quietReport, type Report } from "./report.ts";
export { StartError } from "./start-error.ts";
