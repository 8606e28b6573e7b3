import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { StartError } from "./start-error.ts";

interface DataDirectory {
  readonly path: string;
  /** Lets the next runner in; removes what is not to be kept. */
  release(): void;
}

/** A directory that is empty now and gone at the end. */
export function openTemporaryDirectory(): DataDirectory {
  const path = mkdtempSync(join(tmpdir(), "stack-emulator-"));
  return { path, release: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * The directory with the kept data, locked: two runners would spoil each other's. The lock names its process, so the
 * lock of a process that is gone holds nobody up.
 */
export function openDataDirectory(dir: string): DataDirectory {
  const path = resolve(dir);
  mkdirSync(path, { recursive: true });
  const lockFile = join(path, "lock");
  for (;;) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: "wx" });
      return { path, release: () => rmSync(lockFile, { force: true }) };
    } catch (error) {
      if (!isCode(error, "EEXIST")) throw error;
    }
    const pid = readOwner(lockFile);
    if (pid !== undefined && isRunning(pid)) {
      throw new StartError(
        `${path} is in use by another runner (process ${pid}). Stop that one, or give this one a directory of its own ` +
          "with --data DIR, or none with --fresh.",
      );
    }
    rmSync(lockFile, { force: true });
  }
}

function readOwner(lockFile: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(lockFile, "utf8"), 10) || undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
