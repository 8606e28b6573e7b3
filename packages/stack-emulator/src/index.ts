export { type Addresses, type Emulator, type EmulatorOptions, startEmulator } from "./emulator.ts";
export { createReport, type Report, silentReport } from "./report.ts";
export { StartError } from "./start-error.ts";
