import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const fileIn = (dataPath: string): string => join(dataPath, "process");

/** Notes which process serves the database in `dataPath`. */
export function noteProcess(dataPath: string, pid: number): void {
  writeFileSync(fileIn(dataPath), String(pid));
}

export function forgetProcess(dataPath: string): void {
  rmSync(fileIn(dataPath), { force: true });
}

/**
 * Ends the process that an earlier emulator, which did not end in good order, left on the database: two on one file would
 * spoil it. The caller holds the lock of the data directory.
 */
export async function endOrphan(dataPath: string): Promise<void> {
  const pid = readPid(dataPath);
  // Its number may have gone to another process since.
  while (pid !== undefined && commandOf(pid).includes(dataPath)) {
    process.kill(pid, "SIGKILL");
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

/** The command line of a running process; empty when there is none, or when this system has no `ps`. */
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
