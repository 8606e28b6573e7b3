import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Writes JSON so that no reader ever meets half of it. */
export function writeReadyFile(file: string, content: object): void {
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}.tmp`;
  writeFileSync(unfinished, `${JSON.stringify(content, undefined, 2)}\n`);
  renameSync(unfinished, file);
}

export function removeReadyFile(file: string): void {
  rmSync(file, { force: true });
}
