import { statfsSync } from "node:fs";

/**
 * Linux keeps the files of this folder in memory.
 * https://man7.org/linux/man-pages/man7/shm_overview.7.html
 */
const inMemory = "/dev/shm";

/**
 * Bytes that the runners and their templates never fill. A container may have only 64 MB in memory.
 */
const roomNeeded = 4 * 1024 ** 3;

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(inMemory);
    return bavail * bsize >= roomNeeded;
  } catch {
    return false;
  }
}

/**
 * Makes tests and their runners write their temporary files to memory if there is room for them,
 * unless TMPDIR names a folder. Each synthesis alone writes 35 MB twice: on disk that takes longer
 * than all else of a runner's start.
 */
export function keepTemporaryFilesInMemory(): void {
  if (process.env.TMPDIR === undefined && hasRoom()) process.env.TMPDIR = inMemory;
}
