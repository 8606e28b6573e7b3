import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const fileIn = (dataPath: string): string => join(dataPath, "process");

/** Records which process serves the database in `dataPath`. */
export function recordProcess(dataPath: string, pid: number): void {
  writeFileSync(fileIn(dataPath), String(pid));
}

export function forgetProcess(dataPath: string): void {
  rmSync(fileIn(dataPath), { force: true });
}

/**
 * Ends the process that an earlier emulator left on the database when it was killed: two processes
 * on one file would spoil it. The caller holds the lock of the data directory.
 */
export async function endOrphan(dataPath: string): Promise<void> {
  const pid = readPid(dataPath);
  // Another process may have the number by now.
  while (pid !== undefined && commandOf(pid).includes(dataPath)) {
    kill(pid);
    await sleep(20);
  }
  forgetProcess(dataPath);
}

function readPid(dataPath: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(fileIn(dataPath), "utf8"), 10) || undefined;
  } catch {
    return undefined;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It may have ended by itself in the meantime.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/**
 * Returns the command line of a process; empty if it does not run, or if this system has no `ps`.
 */
function commandOf(pid: number): string {
  try {
    return execFileSync("ps", ["-ww", "-o", "args=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "";
  }
}
