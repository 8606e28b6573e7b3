import { statfsSync } from "node:fs";

/** Linux keeps in memory what lies there. https://man7.org/linux/man-pages/man7/shm_overview.7.html */
const inMemory = "/dev/shm";

/** What runners that run side by side, with what is synthesized for each, never fill; containers may have 64 MB there. */
const roomNeeded = 4 * 1024 ** 3;

const hasRoom = (): boolean => {
  try {
    const { bavail, bsize } = statfsSync(inMemory);
    return bavail * bsize >= roomNeeded;
  } catch {
    return false;
  }
};

/**
 * Has what tests and their runners write lie in memory where there is room for it, unless TMPDIR says where it is to lie:
 * each synthesis alone writes 35 MB twice, which takes more of the machine on its disk than all else of a runner's start.
 */
export const keepTemporaryFilesInMemory = (): void => {
  if (process.env.TMPDIR === undefined && hasRoom()) process.env.TMPDIR = inMemory;
};
